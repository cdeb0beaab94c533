/** Sums of components in the layouts of `gram` and `moments`, added up. */
import gramSource from '../../../shaders/products/gram.wgsl';
import { constant, type Floats, quadsOf } from './data.js';
import { POISON } from './lab.js';

const ENTRY = constant(gramSource, 'ENTRY');
const RESIDUALS = constant(gramSource, 'RESIDUALS');
const WEIGHT = constant(gramSource, 'WEIGHT');

/** Sums of components, rows and columns as wide as their vec4s. */
export interface Sums {
  readonly clusters: number;
  readonly columns: number;
  /** [clusters] */
  readonly weights: Float32Array;
  /** [clusters][width] */
  readonly residuals: Float32Array;
  /** Symmetric, [clusters][width][width]; as moments have them, the diagonals count. */
  readonly products: Float32Array;
}

/** As `gram` leaves them; what no kernel may read is poison. */
export function gramTotals({ clusters, columns, weights, residuals, products }: Sums): Floats {
  const quads = quadsOf(columns);
  const width = 4 * quads;
  const side = Math.ceil(quads / 2);
  const blocks = (side * (side + 1)) / 2;
  const totals = new Float32Array(4 * clusters * blocks * ENTRY).fill(POISON);
  for (let k = 0; k < clusters; k++) {
    for (let bi = 0, b = 0; bi < side; bi++) {
      for (let bj = 0; bj <= bi; bj++, b++) {
        const at = 4 * (k * blocks + b) * ENTRY;
        for (let e = 0; e < 64; e++) {
          const quad = Math.floor(e / 16);
          const i = 8 * bi + 4 * Math.floor(quad / 2) + (Math.floor(e / 4) % 4);
          const j = 8 * bj + 4 * (quad % 2) + (e % 4);
          if (i < width && j < width) totals[at + e] = products[(k * width + i) * width + j];
        }
        totals[at + 4 * WEIGHT] = weights[k];
        for (let j = 8 * bi; j < Math.min(width, 8 * bi + 8); j++) {
          totals[at + 4 * RESIDUALS + (j - 8 * bi)] = residuals[k * width + j];
        }
      }
    }
  }
  return totals;
}

/** As `moments` leaves them. */
export function momentTotals({ clusters, columns, weights, residuals, products }: Sums): Floats {
  const quads = quadsOf(columns);
  const width = 4 * quads;
  const totals = new Float32Array(8 * clusters * (quads + 1));
  for (let k = 0; k < clusters; k++) {
    const at = 8 * k * (quads + 1);
    for (let j = 0; j < width; j++) {
      const own = at + 8 * Math.floor(j / 4) + (j % 4);
      totals[own] = residuals[k * width + j];
      totals[own + 4] = products[(k * width + j) * width + j];
    }
    totals[at + 8 * quads] = weights[k];
  }
  return totals;
}
