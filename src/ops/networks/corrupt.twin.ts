/** CPU twin of shaders/networks/corrupt.wgsl. */
import { pcg4d } from '../../math/pcg4d.js';
import type { Matrix } from '../algebra/algebra.js';
import { CONTROL } from './control.js';
import type { Corrupt } from './corrupt.js';

export function corrupt(
  { x, into, control, kind, rate = 0, kept = 1, seed, stream }: Corrupt,
  values: (matrix: Matrix) => Float64Array,
): void {
  const [from, to] = [values(x), values(into)];
  const updates = values(control)[CONTROL.updates];
  const { rows, columns } = x;
  const quads = Math.ceil(columns / 4);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j += 4) {
      const drawn = pcg4d(seed, stream, updates, row * quads + j / 4);
      const u = drawn.map((bits) => (bits >>> 8) * 2 ** -24);
      for (let r = 0; r < Math.min(4, columns - j); r++) {
        const at = row * columns + j + r;
        if (kind === 'bernoulli') {
          to[at] = Number(u[r] < from[at]);
          continue;
        }
        if (kind === 'masking') {
          to[at] = u[r] >= rate ? kept * from[at] : 0;
          continue;
        }
        const pair = r < 2 ? 0 : 2;
        const size = Math.sqrt(-2 * Math.log(Math.max(1 - u[pair], 2 ** -24)));
        const angle = 2 * Math.PI * u[pair + 1];
        to[at] = from[at] + rate * size * (r % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
      }
    }
  }
}
