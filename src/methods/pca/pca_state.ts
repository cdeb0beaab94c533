/** The state of a PCA model, and its JSON. */
import {
  boolean,
  columns,
  entries,
  float64s,
  modelRecord,
  number,
  rows,
  shape,
  size,
  text,
  word,
} from '../../fit/model_record.js';
import { PCA_SOLVERS, type PcaSolver } from './options.js';
import type { Summary } from './pca_incremental.js';

/** The state of a model; see `PcaModel` for what each part means. */
export interface PcaState {
  readonly rows: number;
  readonly mean: Float64Array;
  /** T x d, signed. */
  readonly components: Float64Array;
  readonly explainedVariance: Float64Array;
  /** The sample variance of each column of the points, [d]. */
  readonly variances: Float64Array;
  readonly noiseVariance: number;
  readonly whiten: boolean;
  readonly solver: PcaSolver;
  readonly engine: string;
}

/** A model as JSON. */
export type PcaJson = ReturnType<typeof RECORD.toJSON>;

export const RECORD = modelRecord('webgpu-clustering/pca', 'PcaModel', {
  shape,
  mean: float64s(columns),
  components: float64s(entries),
  explainedVariance: float64s(rows),
  variances: float64s(columns),
  whiten: boolean,
  solver: word(...PCA_SOLVERS),
  engine: text,
  rows: size,
  noiseVariance: number,
});

/** A model's state from what is known of its rows: signs fixed, sums of squares made variances. */
export function stateOf(
  { moments, pairs, left }: Summary,
  rest: Pick<PcaState, 'whiten' | 'solver' | 'engine'>,
): PcaState {
  const { rows, mean, squares } = moments;
  const d = mean.length;
  const directions = Math.min(rows, d) - pairs.vectors.length;
  const components = new Float64Array(pairs.vectors.length * d);
  pairs.vectors.forEach((vector, t) => {
    const largest = vector.reduce((best, value) =>
      Math.abs(value) > Math.abs(best) ? value : best,
    );
    components.set(largest < 0 ? vector.map((value) => -value) : vector, t * d);
  });
  return {
    ...rest,
    rows,
    mean,
    components,
    // Rounding may leave less than nothing of a variance of zero.
    explainedVariance: pairs.values.map((value) => Math.max(0, value) / (rows - 1)),
    variances: squares.map((value) => value / (rows - 1)),
    noiseVariance: directions > 0 ? left / directions / (rows - 1) : 0,
  };
}

/** What is known of the rows of a model with such a state. */
export function summaryOf(state: PcaState): Summary {
  const { rows, mean, components, explainedVariance, variances, noiseVariance } = state;
  const [count, d] = [explainedVariance.length, mean.length];
  return {
    left: noiseVariance * (Math.min(rows, d) - count) * (rows - 1),
    moments: { rows, mean, squares: variances.map((value) => value * (rows - 1)) },
    pairs: {
      values: explainedVariance.map((value) => value * (rows - 1)),
      vectors: Array.from(explainedVariance, (_, t) => components.slice(t * d, (t + 1) * d)),
    },
  };
}
