/** Apart from the errors that every method may throw, which pages load with each. */
import { ClusteringError, keepName } from '../../../host/errors.js';

/**
 * A mixture's component has a covariance that is not positive definite: its rows lie in fewer than
 * d dimensions, or it owns too few. `component` counts from 0.
 */
export class SingularCovarianceError extends ClusteringError {
  static {
    keepName(this, 'SingularCovarianceError');
  }
  declare readonly name: 'SingularCovarianceError';
  readonly component: number;

  constructor(component: number, regCovar: number, detail: string) {
    super(
      'singular-covariance',
      `component ${component} has a singular covariance (${detail}) at regCovar ${regCovar}; ` +
        `set regCovar higher (1e-6 is the default), use fewer components, or drop columns that others determine.`,
    );
    this.component = component;
  }
}
