/** Labels from an embedding without K-means; both as scikit-learn has them. */
import type { Pause } from '../../math/event_loop.js';
import type { Random } from '../../math/random.js';
import { symmetricEigen } from '../../math/symmetric_eigen.js';
import { addScaled, dot, norm, orthonormalize, scaled } from '../../math/vectors.js';

/** Rows of an embedding, [n][k]. */
type Rows = readonly Float64Array[];

const argmaxOf = (values: ArrayLike<number>): number => {
  let best = 0;
  for (let j = 1; j < values.length; j++) if (values[j] > values[best]) best = j;
  return best;
};

/** U V' and the sum of S for square rows = U S V'. */
async function polarOf(rows: Rows, random: Random, pause: Pause) {
  const k = rows.length;
  const gram = new Float64Array(k * k);
  for (const row of rows) {
    for (let i = 0; i < k; i++) addScaled(gram.subarray(i * k, (i + 1) * k), row[i], row);
  }
  const { vectors } = await symmetricEigen(gram, k, pause);
  const images = vectors.map((vector) => Float64Array.from(rows, (row) => dot(row, vector)));
  const left = await orthonormalize(images, random, pause);
  const rotation = Array.from({ length: k }, () => new Float64Array(k));
  vectors.forEach((vector, s) => {
    for (let i = 0; i < k; i++) addScaled(rotation[i], left[s][i], vector);
  });
  return { rotation, nuclear: images.reduce((sum, image) => sum + norm(image), 0) };
}

/**
 * The rows' largest coordinates along those of k rows that stand apart the most, which a QR factorization with
 * pivots finds (Damle, Minden & Ying, "Simple, direct and efficient multi-way spectral clustering",
 * Information and Inference 8, 2019): no start and no chance.
 */
export async function clusterQr(rows: Rows, random: Random, pause: Pause): Promise<Uint32Array> {
  const k = rows[0].length;
  const left = rows.map((row) => row.slice());
  const pivots: Float64Array[] = [];
  while (pivots.length < k) {
    const at = argmaxOf(left.map(norm));
    pivots.push(rows[at]);
    const size = norm(left[at]);
    const direction = size > 0 ? scaled(left[at], 1 / size) : left[at].slice();
    for (const row of left) addScaled(row, -dot(row, direction), direction);
    await pause();
  }
  // Of the pivots as columns U V' is that of the rows, transposed.
  const { rotation } = await polarOf(pivots, random, pause);
  return Uint32Array.from(rows, (row) =>
    argmaxOf(rotation.map((direction) => Math.abs(dot(direction, row)))),
  );
}

const MOST_TURNS = 20;

/**
 * The partition nearest to a rotation of the embedding (Yu & Shi, "Multiclass spectral clustering", ICCV
 * 2003), from a row drawn by `random`.
 */
export async function discretize(given: Rows, random: Random, pause: Pause): Promise<Uint32Array> {
  const n = given.length;
  const k = given[0].length;
  const lengths = Array.from({ length: k }, (_, j) =>
    Math.sqrt(given.reduce((sum, row) => sum + row[j] ** 2, 0)),
  );
  const rows = given.map((row) => {
    const oriented = row.map((value, j) =>
      lengths[j] > 0 ? (value / lengths[j]) * (given[0][j] > 0 ? -1 : 1) : 0,
    );
    const size = norm(oriented);
    return size > 0 ? scaled(oriented, 1 / size) : oriented;
  });
  let columns: Float64Array[] = [rows[random.below(n)].slice()];
  const alike = new Float64Array(n);
  while (columns.length < k) {
    const last = columns[columns.length - 1];
    rows.forEach((row, i) => (alike[i] += Math.abs(dot(row, last))));
    columns.push(rows[argmaxOf(alike.map((value) => -value))].slice());
  }
  let labels = new Uint32Array(n);
  let before = 0;
  for (let turn = 1; ; turn++) {
    labels = Uint32Array.from(rows, (row) => argmaxOf(columns.map((column) => dot(row, column))));
    const sums = Array.from({ length: k }, () => new Float64Array(k));
    rows.forEach((row, i) => {
      addScaled(sums[labels[i]], 1, row);
    });
    const { rotation, nuclear } = await polarOf(sums, random, pause);
    const cut = 2 * (n - nuclear);
    if (Math.abs(cut - before) < Number.EPSILON || turn > MOST_TURNS) return labels;
    before = cut;
    columns = rotation;
  }
}
