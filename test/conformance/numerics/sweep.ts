/**
 * Mixtures on drawn data of kinds that are hard in float32, from the same start on the device and on the
 * CPU twin: as many cases as asked for, the same ones from the same seed.
 */
import * as library from '../../../src/index.js';
import type { CovarianceType, GaussianMixtureModel } from '../../../src/index.js';
import { createRandom } from '../../../src/math/random.js';
import { holds, Ledger } from './figure.js';
import { columnMeans, FLOAT32, type GivenRows } from './float64.js';
import { compareBounds, fitFrom, judgeAlone, type MixtureStart } from './mixture.js';

/** Tried in turn, with larger regCovar each time, until storing the rows anew moves float64's own bound by less than MOVED a row. */
const ITERATIONS = [12, 6, 3, 1] as const;
const MOVED = 2e-5;
const RIDGES = [1e-6, 1e-3, 1, 1e3];
/** Float32 log-likelihoods of rows, of which a bound is the mean, do not tell less. */
const FALL = 1e-5;

const TYPES: readonly CovarianceType[] = ['full', 'tied', 'full', 'tied', 'diag', 'spherical'];

/** Numbers to draw data from. */
class Draws {
  readonly #random;

  constructor(seed: number) {
    this.#random = createRandom(seed);
  }

  uniform(from: number, to: number): number {
    return from + (to - from) * this.#random.next();
  }

  whole(least: number, most: number): number {
    return least + this.#random.below(most - least + 1);
  }

  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.#random.next()));
    return radius * Math.cos(2 * Math.PI * this.#random.next());
  }

  /** n x d, by row and column. */
  table(
    n: number,
    d: number,
    entry: (row: Float64Array, j: number, i: number) => number,
  ): GivenRows {
    const data = new Float64Array(n * d);
    for (let i = 0; i < n; i++) {
      const row = data.subarray(i * d, (i + 1) * d);
      for (let j = 0; j < d; j++) row[j] = entry(row, j, i);
    }
    return { data, shape: [n, d] };
  }

  /** Groups of normal rows. */
  groups(n: number, d: number): GivenRows {
    const centres = Float64Array.from({ length: 3 * d }, () => 3 * this.normal());
    return this.table(n, d, (_, j, i) => centres[(i % 3) * d + j] + this.normal());
  }
}

interface Kind {
  readonly name: string;
  /** Whether every covariance has a Cholesky factor without regCovar. */
  readonly regular: boolean;
  draw(draws: Draws): GivenRows;
}

/** The second of each pair of columns is the first plus a little. */
const alike = (name: string, gap: number): Kind => ({
  name,
  regular: true,
  draw: (draws) => {
    const d = 2 * draws.whole(1, 4);
    return draws.table(draws.whole(200, 600), d, (row, j) =>
      j % 2 === 1 ? row[j - 1] + gap * draws.normal() : draws.normal(),
    );
  },
});

/** Whole numbers of every scale, of which some follow from others but for `spread`; or add up. */
const counties = (name: string, spread: number, addsUp = false): Kind => ({
  name,
  regular: !addsUp,
  // People, men, households, women or area, income, a share.
  draw: (draws) =>
    draws.table(draws.whole(150, 1000), 6, (row, j) => {
      switch (j) {
        case 0:
          return Math.round(Math.exp(10 + 1.2 * draws.normal()));
        case 1:
          return Math.round(row[0] * (0.495 + spread * draws.normal()));
        case 2:
          return Math.round(row[0] / (2.6 + 20 * spread * draws.normal()));
        case 3:
          return addsUp ? row[0] - row[1] : Math.round(Math.exp(7 + 0.8 * draws.normal()));
        case 4:
          return Math.round(52_000 + 9_000 * draws.normal());
        default:
          return draws.uniform(0, 0.05);
      }
    }),
});

const KINDS: readonly Kind[] = [
  {
    name: 'dependent columns',
    regular: false,
    draw: (draws) => {
      const base = draws.whole(1, 12);
      const scale = draws.uniform(1, 10);
      return draws.table(draws.whole(100, 600), 3 * base, (row, j) =>
        j % 3 === 2 ? row[j - 2] + row[j - 1] : scale * draws.normal(),
      );
    },
  },
  {
    name: 'fewer rows than columns',
    regular: false,
    draw: (draws) => {
      const d = draws.whole(20, 40);
      return draws.table(draws.whole(12, d), d, () => draws.normal());
    },
  },
  {
    name: 'one-hot columns',
    regular: false,
    draw: (draws) => {
      const levels = draws.whole(3, 8);
      const fields = draws.whole(2, 3);
      const chosen = new Uint32Array(fields);
      return draws.table(draws.whole(100, 400), levels * fields, (_, j) => {
        const field = Math.floor(j / levels);
        if (j % levels === 0) chosen[field] = draws.whole(0, levels - 1);
        return chosen[field] === j % levels ? 1 : 0;
      });
    },
  },
  alike('columns alike to 1e-3', 1e-3),
  alike('columns alike to 1e-4', 1e-4),
  counties('counties', 1e-2),
  counties('counties, narrow', 1e-3),
  counties('counties that add up', 1e-2, true),
  {
    name: 'counts',
    regular: false,
    draw: (draws) => {
      const d = draws.whole(4, 20);
      const rates = Float64Array.from({ length: d }, () => Math.exp(draws.uniform(-2, 4)));
      return draws.table(draws.whole(150, 600), d, (_, j) =>
        Math.max(0, Math.round(rates[j] + Math.sqrt(rates[j]) * draws.normal())),
      );
    },
  },
  {
    name: 'a constant column',
    regular: false,
    draw: (draws) => {
      const d = draws.whole(2, 10);
      return draws.table(draws.whole(100, 500), d, (_, j) => (j === 1 ? 7 : draws.normal()));
    },
  },
  {
    name: 'duplicates',
    regular: false,
    draw: (draws) => {
      const d = draws.whole(2, 10);
      const few = draws.groups(draws.whole(8, 30), d);
      return draws.table(draws.whole(100, 500), d, (row, j, i) => {
        const from = j === 0 ? (i * 7919) % few.shape[0] : 0;
        return j === 0
          ? few.data[from * d]
          : few.data[((i * 7919) % few.shape[0]) * d + j] + 0 * row[0];
      });
    },
  },
  {
    name: 'normal',
    regular: true,
    draw: (draws) => draws.groups(draws.whole(200, 1000), draws.whole(2, 16)),
  },
];

/** Of a deviation: what the start is moved by to see whether rounding would grow from step to step. */
const NUDGE = 1e-6;

/** The rows with each number rounded once more where a device rounds it: less the columns' means. */
function roundedAnew(points: GivenRows, draws: Draws): GivenRows {
  const means = columnMeans(points);
  const d = means.length;
  return {
    data: Float64Array.from(points.data, (value, at) => {
      const mean = means[at % d];
      return mean + (value - mean) * (1 + FLOAT32 * draws.uniform(-1, 1));
    }),
    shape: points.shape,
  };
}

/** k rows as means, and the columns' own precisions. */
function startOf(points: GivenRows, k: number, draws: Draws) {
  const [n, d] = points.shape;
  const columns = columnMeans(points);
  const squares = new Float64Array(d);
  for (let at = 0; at < n * d; at++) squares[at % d] += (points.data[at] - columns[at % d]) ** 2;
  const data = new Float64Array(k * d);
  for (let c = 0; c < k; c++) {
    const row = draws.whole(0, n - 1);
    for (let j = 0; j < d; j++) {
      // Half way to the middle, and never two alike.
      data[c * d + j] =
        (points.data[row * d + j] + columns[j]) / 2 +
        0.01 * draws.normal() * Math.sqrt(squares[j] / n);
    }
  }
  return {
    means: { data, shape: [k, d] },
    precisions: squares.map((square) => 1 / Math.max(square / n, 1e-3)),
  };
}

/** A case but for how many iterations it takes. */
interface Drawn extends Omit<MixtureStart, 'iterations'> {
  readonly name: string;
  readonly points: GivenRows;
  /** Both as they might be if rounded otherwise. */
  readonly again: { readonly points: GivenRows; readonly means: MixtureStart['means'] };
}

function caseOf(index: number, seed: number): Drawn {
  const draws = new Draws(seed * 1000 + index);
  const kind = KINDS[index % KINDS.length];
  const round = Math.floor(index / KINDS.length);
  const covarianceType = TYPES[(round + index) % TYPES.length];
  const regCovar = kind.regular && round % 2 === 0 ? 0 : 1e-6;
  const points = kind.draw(draws);
  const k = draws.whole(1, points.shape[0] < 2 * points.shape[1] ? 2 : 5);
  const name = `${index}: ${kind.name}, ${points.shape.join(' x ')}, '${covarianceType}', k ${k}`;
  const start = startOf(points, k, draws);
  const { data, shape } = start.means;
  const d = start.precisions.length;
  const moved = data.map(
    (mean, at) => mean + (NUDGE * draws.uniform(-1, 1)) / Math.sqrt(start.precisions[at % d]),
  );
  const again = { points: roundedAnew(points, draws), means: { data: moved, shape } };
  return { name, points, again, covarianceType, regCovar, ...start };
}

interface Expected {
  readonly iterations: number;
  readonly model: GaussianMixtureModel;
  /** By how much a row rounding moves the twin's own numbers. */
  readonly moved: number;
}

/**
 * The twin's fit of as many iterations, at as little regCovar, as leave it where it is when the rows are
 * rounded anew; undefined where there is none, as where components are singular in float64, too.
 */
async function expectedOf(drawn: Drawn): Promise<(Expected & MixtureStart) | undefined> {
  const twin = { library, runtime: 'cpu' } as const;
  const n = drawn.points.shape[0];
  for (const regCovar of new Set([drawn.regCovar, ...RIDGES])) {
    for (const iterations of ITERATIONS) {
      const start = { ...drawn, regCovar, iterations };
      try {
        const model = await fitFrom(twin, drawn.points, start);
        const other = await fitFrom(twin, drawn.again.points, {
          ...start,
          means: drawn.again.means,
        });
        const moved = Math.max(
          Math.abs(model.lowerBound - other.lowerBound),
          Math.abs(model.logLikelihood - other.logLikelihood) / n,
        );
        if (moved <= MOVED) return { ...start, model, moved };
      } catch (error) {
        if (!(error instanceof library.SingularCovarianceError)) throw error;
      }
    }
  }
  return undefined;
}

async function judge(index: number, seed: number): Promise<readonly string[]> {
  const drawn = caseOf(index, seed);
  const ledger = new Ledger();
  const n = drawn.points.shape[0];
  const notes: string[] = [];
  await ledger.part('fit', async () => {
    const expected = await expectedOf(drawn);
    if (!expected) throw new Error('rounding decides the bound, whatever the iterations');
    const { model: twin } = expected;
    const { regCovar, iterations } = expected;
    notes.push(`${iterations} iterations, regCovar ${regCovar}`);
    const place = { library, runtime: undefined };
    const model = await fitFrom(place, drawn.points, expected);
    compareBounds(
      model,
      n,
      { lowerBound: twin.lowerBound, score: twin.logLikelihood / n },
      'mixture',
      ledger,
    );
    judgeAlone(model, drawn.points, 'mixture', ledger);
    if (regCovar > 0) return;
    model.history.forEach((bound, i) => {
      const fall = i === 0 ? 0 : model.history[i - 1] - bound;
      ledger.expect(fall <= FALL, `the bound falls by ${fall.toExponential(1)} at ${i + 1}`);
    });
  });
  const off = ledger.figures
    .filter((figure) => !holds(figure))
    .map(
      ({ quantity, found, float64, difference }) =>
        `${quantity}: ${found} for ${float64}, off by ${difference.toExponential(1)}`,
    );
  const faults = [...off, ...ledger.faults];
  return faults.length === 0
    ? []
    : [drawn.name, ...[...faults, ...notes].map((line) => `  ${line}`)];
}

/** Prints what is off in so many cases of a seed; or one case alone. */
export async function sweepMixtures(count: number, seed: number, only?: number): Promise<void> {
  const runtime = await library.createRuntime();
  console.log(`${count} mixtures, seed ${seed}, on ${runtime.info.description}`);
  runtime.dispose();
  let off = 0;
  for (let index = 0; index < count; index++) {
    if (only !== undefined && index !== only) continue;
    const lines = await judge(index, seed);
    if (lines.length === 0) continue;
    off++;
    console.log(lines.join('\n'));
  }
  console.log(`${off} of ${count} are off`);
}
