/** K-means by half iterations: assign, move. */
import { kmeans } from '../../src/index.js';
import type { RunOptions } from '../shared/worker_host.js';
import type { Eruptions } from './data.js';
import { inMinutes } from './em.js';
import type { State } from './jobs.js';
import type { Stepper } from './stepper.js';

interface LloydState {
  readonly phase: State['phase'];
  readonly iteration: number;
  /** k x 2 */
  readonly centroids: Float64Array;
  /** Of the last assignment. */
  readonly labels?: Uint32Array;
  readonly objective?: number;
  readonly converged: boolean;
  /** What the centroids were moved by; the host assigns. */
  readonly engine: string;
}

/** The nearest centroid of each point, and the sum of squared distances to them. */
function assign(points: Float32Array, centroids: Float64Array) {
  const labels = new Uint32Array(points.length / 2);
  let objective = 0;
  for (let i = 0; i < labels.length; i++) {
    let least = Infinity;
    for (let c = 0; c < centroids.length / 2; c++) {
      const [dx, dy] = [points[2 * i] - centroids[2 * c], points[2 * i + 1] - centroids[2 * c + 1]];
      const distance = dx * dx + dy * dy;
      if (distance >= least) continue;
      least = distance;
      labels[i] = c;
    }
    objective += least;
  }
  return { labels, objective };
}

/** @param centroids k x 2, of standardized columns */
export function beginLloyd(eruptions: Eruptions, centroids: Float64Array): Stepper {
  return lloydAt(eruptions, {
    phase: 'start',
    iteration: 0,
    centroids,
    converged: false,
    engine: 'cpu',
  });
}

function lloydAt(eruptions: Eruptions, at: LloydState): Stepper {
  const { points } = eruptions;
  const { centroids, labels } = at;
  const k = centroids.length / 2;
  const assigned = (): Stepper => {
    const found = assign(points.data, centroids);
    return lloydAt(eruptions, {
      ...at,
      ...found,
      phase: 'E',
      iteration: at.iteration + 1,
      converged: labels !== undefined && found.labels.every((label, i) => label === labels[i]),
    });
  };
  const moved = async (options: RunOptions): Promise<Stepper> => {
    const init = { data: centroids, shape: [k, 2] } as const;
    const model = await kmeans(points, { k, init, maxIter: 1, ...options });
    return lloydAt(eruptions, {
      ...at,
      phase: 'M',
      centroids: Float64Array.from(model.centroids.data),
      engine: model.engine,
    });
  };
  return {
    means: centroids,
    step: (options) => (at.phase === 'E' ? moved(options) : Promise.resolve(assigned())),
    state: () => {
      const { phase, iteration, objective, converged, engine } = at;
      const responsibilities = labels && new Float32Array(labels.length * k);
      labels?.forEach((label, i) => (responsibilities![i * k + label] = 1));
      return Promise.resolve({
        ...{ phase, iteration, converged, engine, ellipses: [] },
        centres: Array.from({ length: k }, (_, c) => inMinutes(eruptions, centroids, c)),
        ...(responsibilities && { responsibilities }),
        ...(objective !== undefined && { objective }),
      });
    },
  };
}
