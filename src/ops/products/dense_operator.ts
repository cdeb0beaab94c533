/** A dense symmetric matrix as an operator. */
import type { Pause } from '../../math/event_loop.js';
import type { LinearOperator } from '../../math/linear_operator.js';
import { addScaled } from '../../math/vectors.js';
import { products } from '../assign/distances.js';
import type { Session } from '../op.js';

/** Rows up to which the host multiplies in float64 where a solver judges what it has: some 0.1 s. */
const MOST_EXACT = 2048;

/**
 * @param session holds the matrix as its rows, less nothing
 * @param matrix the same, n x n
 */
export function denseOperator(
  session: Session,
  matrix: Float32Array,
  pause: Pause,
  signal: AbortSignal | undefined,
): LinearOperator {
  const [n] = session.shape;
  const multiply = async (vectors: readonly Float64Array[]): Promise<Float64Array[]> => {
    const given = new Float32Array(vectors.length * n);
    vectors.forEach((vector, v) => {
      given.set(vector, v * n);
    });
    const images = await session.run(products, given, vectors.length, signal);
    return vectors.map((_, v) => {
      const image = new Float64Array(n);
      for (let i = 0; i < n; i++) image[i] = images[i * vectors.length + v];
      return image;
    });
  };
  const exactly = async (vectors: readonly Float64Array[]): Promise<Float64Array[]> => {
    const images = vectors.map(() => new Float64Array(n));
    for (let i = 0; i < n; i++) {
      const row = Float64Array.from(matrix.subarray(i * n, (i + 1) * n));
      vectors.forEach((vector, v) => {
        let sum = 0;
        for (let j = 0; j < n; j++) sum += row[j] * vector[j];
        images[v][i] = sum;
      });
      await pause();
    }
    return images;
  };
  return {
    size: n,
    rounding: 2 ** -24,
    times: n <= MOST_EXACT ? exactly : multiply,
    async recur(vectors, steps) {
      let before = vectors;
      let now = vectors;
      for (const { alpha, beta, gamma } of steps) {
        const images = await multiply(now);
        images.forEach((image, v) => {
          for (let i = 0; i < n; i++) image[i] *= alpha;
          addScaled(image, beta, now[v]);
          addScaled(image, gamma, before[v]);
        });
        before = now;
        now = images;
      }
      return now;
    },
  };
}
