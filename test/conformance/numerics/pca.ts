/** PCA on a kind of data, held to float64. */
import type { PcaModel } from '../../../src/index.js';
import type { NumericsKind, NumericsPca } from '../../golden/index.js';
import { type Figure, type Findings, Ledger, type Place, relative } from './figure.js';
import { covariance, FLOAT32, type KindRows, quadratic, rowsOf } from './float64.js';

/**
 * Down to a share of the first variance, how far a variance may be off. What float32 rows cannot hold
 * is allowed four times, as it is known from two ways of rounding only.
 */
const BANDS = [
  { above: 1e-10, upTo: Number.POSITIVE_INFINITY, tolerance: 1e-4 },
  { above: 1e-12, upTo: 1e-10, tolerance: 1e-2 },
] as const;
const BECAUSE = 'float32 rows carry a variance of 1e-10 of the first to four digits';
const ORTHONORMAL = 1e-9;
/** Standard errors by which a mean over seeds may be worse. */
const ERRORS = 3.5;
const SEEDS = 8;

const axesOf = ({ components: { data, shape } }: PcaModel) =>
  Array.from({ length: shape[0] }, (_, t) => data.subarray(t * shape[1], (t + 1) * shape[1]));

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, j) => sum + value * b[j], 0);

function isOrthonormal(model: PcaModel): boolean {
  const axes = axesOf(model);
  return axes.every((a, s) =>
    axes.every((b, t) => Math.abs(dot(a, b) - (s === t ? 1 : 0)) <= ORTHONORMAL),
  );
}

/** The worst variance of each band, and a fault where one below all bands is not near 0. */
function compareVariances(
  ledger: Ledger,
  method: string,
  found: Float64Array,
  { explainedVariance: { data: expected }, storageError }: NumericsPca,
): void {
  ledger.expect(
    found.length === expected.length,
    `${method}: ${found.length} variances instead of ${expected.length}`,
  );
  BANDS.forEach(({ above, upTo, tolerance }, band) => {
    const figures: Figure[] = [];
    expected.forEach((variance, t) => {
      const share = variance / expected[0];
      if (share <= above || share > upTo) return;
      const named = {
        method,
        quantity: `variance ${t + 1} of ${expected.length}`,
        tolerance: Math.max(tolerance, 4 * storageError[band]),
        because: BECAUSE,
      };
      figures.push(relative(named, found[t], variance));
    });
    if (figures.length === 0) return;
    // One that is NaN is the worst.
    const worst = figures.reduce((a, b) => (b.difference <= a.difference ? a : b));
    ledger.figures.push({ ...worst, quantity: `${worst.quantity}, the worst` });
  });
  const least = BANDS[1].above;
  const excess = expected.findIndex(
    (variance, t) =>
      variance <= least * expected[0] && !(Math.abs(found[t]) <= 2 * least * expected[0]),
  );
  ledger.expect(excess < 0, `${method}: variance ${excess + 1} is ${found[excess]}, not near 0`);
}

/**
 * The sine of the angle to a component may be what rounding the rows turns it by towards its nearest
 * neighbour: 2^-24 of the first variance's root times both roots, by the gap of the variances; four times.
 */
function compareComponents(
  ledger: Ledger,
  method: string,
  model: PcaModel,
  { components, explainedVariance: { data: variances } }: NumericsPca,
): void {
  const [count, d] = components.shape;
  const axes = axesOf(model);
  for (let t = 0; t < count; t++) {
    const neighbours = [t - 1, t + 1].filter((s) => s >= 0 && s < variances.length);
    const turns = neighbours.map((s) => {
      const roots = Math.sqrt(variances[s]) + Math.sqrt(variances[t]);
      return (Math.sqrt(variances[0]) * roots) / Math.abs(variances[s] - variances[t]);
    });
    const allowed = 1e-6 + 4 * FLOAT32 * Math.max(0, ...turns);
    // Beyond this the direction says nothing.
    if (allowed > 0.05) continue;
    const expected = components.data.subarray(t * d, (t + 1) * d);
    const along = dot(axes[t], expected);
    const sine = Math.hypot(...expected.map((value, j) => axes[t][j] - along * value));
    ledger.expect(
      sine <= allowed,
      `${method}: component ${t + 1} is off by an angle of ${sine.toExponential(1)}, allowed ${allowed.toExponential(1)}`,
    );
  }
}

/** The geometric mean, over seeds, of the share of the variances that the randomized solver misses. */
async function compareRandomized(
  { library, runtime }: Place,
  points: KindRows,
  { explainedVariance: { data: variances }, randomized }: NumericsPca,
  leastLost: number,
  ledger: Ledger,
): Promise<void> {
  if (randomized === null) return;
  const { nComponents, lost } = randomized;
  const matrix = covariance(points);
  const whole = variances.slice(0, nComponents).reduce((sum, value) => sum + value, 0);
  let logs = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const model = await library.pca(points, {
      solver: 'randomized',
      nComponents,
      seed,
      nOversamples: 2,
      iteratedPower: 2,
      runtime,
    });
    ledger.expect(isOrthonormal(model), `PCA 'randomized': components are not orthonormal`);
    const kept = axesOf(model).reduce((sum, axis) => sum + quadratic(matrix, axis), 0);
    logs += Math.log(Math.max(1 - kept / whole, leastLost));
  }
  const named = {
    method: "PCA 'randomized'",
    quantity: `variance lost, ${nComponents} components`,
    tolerance: Math.expm1((ERRORS * lost.stdLog) / Math.sqrt(SEEDS)),
    because: `the mean over ${SEEDS} seeds has a standard error; ${ERRORS} of them are allowed`,
  };
  const figure = relative(named, Math.exp(logs / SEEDS), Math.exp(lost.meanLog));
  // To lose less is no fault.
  ledger.figures.push(figure.found < figure.float64 ? { ...figure, difference: 0 } : figure);
}

/**
 * What one component leaves of the variance. By batches that depends on the directions kept on the way,
 * which rounding may turn: it is then to be no worse than float64's by the same batches, and cannot be
 * better than what all rows at once leave.
 */
async function compareNoise(
  { library, runtime }: Place,
  points: KindRows,
  { noiseVariance }: NumericsPca,
  ledger: Ledger,
): Promise<void> {
  if (noiseVariance === null) return;
  for (const solver of ['covariance', 'incremental'] as const) {
    const method = `PCA '${solver}'`;
    await ledger.part(method, async () => {
      const { noiseVariance: found } = await library.pca(points, {
        solver,
        nComponents: 1,
        runtime,
      });
      const named = { method, quantity: 'noise variance', tolerance: 1e-4, because: BECAUSE };
      const figure = relative(named, found, noiseVariance[solver]);
      const isBetween = found >= noiseVariance.covariance && found <= noiseVariance[solver];
      ledger.figures.push(isBetween ? { ...figure, difference: 0 } : figure);
    });
  }
}

export async function runPca(
  place: Place,
  kind: NumericsKind,
  leastLost: number,
): Promise<Findings> {
  const { library, runtime, takeWarnings } = place;
  const expected = kind.pca;
  if (expected === null) throw new Error(`numerics.json has no PCA of ${kind.name}.`);
  const points = rowsOf(kind);
  const ledger = new Ledger();
  await ledger.part('PCA', async () => {
    const model = await library.pca(points, { runtime });
    compareVariances(ledger, 'PCA', model.explainedVariance, expected);
    ledger.expect(isOrthonormal(model), 'PCA: components are not orthonormal');
    compareComponents(ledger, 'PCA', model, expected);
  });
  await ledger.part("PCA 'randomized'", () =>
    compareRandomized(place, points, expected, leastLost, ledger),
  );
  await compareNoise(place, points, expected, ledger);
  if (expected.deflation) {
    const method = "PCA 'deflation'";
    await ledger.part(method, async () => {
      const model = await library.pca(points, { solver: 'deflation', runtime });
      ledger.expect(isOrthonormal(model), `${method}: components are not orthonormal`);
      compareVariances(ledger, method, model.explainedVariance, expected);
    });
  }
  const warnings = takeWarnings();
  ledger.expect(warnings.length === 0, `PCA warns: ${warnings.join('; ')}`);
  return ledger;
}
