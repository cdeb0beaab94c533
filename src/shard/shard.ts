/** Rows of one shard on an engine, and what a coordinator may ask of them. */
import { columnTotals, gramOfImages, gramOfRows, gramProducts } from '../ops/products/scatter.js';
import { forGram, forProducts } from '../ops/products/hold.js';
import { residualsOf } from '../ops/products/images.js';
import type { AffineMap } from '../ops/products/affine_map.js';
import { assign } from '../ops/clustering/assign.js';
import { energies } from '../ops/clustering/energies.js';
import { labelledSums } from '../ops/clustering/labelled_sums.js';
import { inColumns, scaleColumns } from '../ops/mixtures/columns.js';
import { densities, expectation, givenSums } from '../ops/mixtures/expectation.js';
import type { FactorForm, Frame, Scorer, Statistics } from '../ops/mixtures/scorer.js';
import { pickedRows } from '../ops/picked_rows.js';
import type { Engine, Hold, Session } from '../ops/op.js';
import { oneHot } from '../methods/gaussian_mixture/mixture_start.js';
import { columnMeans, columnVariances } from '../rows/column_means.twin.js';
import { checkMatrix } from '../rows/matrix.js';
import { createRandom } from '../math/random.js';
import { mostFar } from './far_rows.js';
import type { FoldKind } from './fold.js';
import { countOf, FrameError, type Message, type Numbers, numbersOf } from './message.js';

/** Where a shard's rows come from. */
export interface ShardRows {
  /** Its file, for messages. */
  readonly name: string;
  /** Of its first row in the file. */
  readonly firstRow: number;
  /** Of its first row among all rows of the fit. */
  readonly start: number;
  /** Its place among the shards. */
  readonly index: number;
  /** The rows, row-major: as often as asked, the same each time. */
  readonly read: () => Promise<{
    readonly data: Float32Array | Float64Array;
    readonly shape: readonly [rows: number, columns: number];
  }>;
}

/** How ops want rows held: as they are, for X^T X, for products with directions, or in columns for mixtures. */
export type HeldAs = 'rows' | 'gram' | 'products' | 'columns';

/** How a shard's rows are held for what is asked. */
export interface Load {
  readonly as: HeldAs;
  /** What every row is less of, [columns]. */
  readonly shift: readonly number[];
}

const HOLDS: Readonly<Record<HeldAs, Hold | undefined>> = {
  rows: undefined,
  gram: forGram,
  products: forProducts,
  columns: inColumns,
};

/** Labels and costs that the next question may need again, by the question that made them. */
interface Kept<T> {
  readonly by: string;
  readonly value: T;
}

/** Takes what a worker labels: where the coordinator asked for a file. */
export type PartWriter = (path: string, labels: Uint32Array) => Promise<void>;

/**
 * A shard. What it holds beside the rows is only what it can make again from the question asked: it may be loaded
 * anew anywhere, at any time, for the same answers.
 */
export class Shard {
  readonly #engine: Engine;
  readonly #rows: ShardRows;
  readonly #write: PartWriter;
  #held: Kept<Session> | undefined;
  #labels: Kept<Uint32Array> | undefined;
  #closest: Kept<Float64Array> | undefined;
  #scale = '';

  constructor(engine: Engine, rows: ShardRows, write: PartWriter) {
    this.#engine = engine;
    this.#rows = rows;
    this.#write = write;
  }

  /**
   * The answer to one question, whose `op` is one of `OPS`. Rows are loaded as `load` says where they are not.
   *
   * @throws FrameError on what is no question; NonFiniteError, FileError and others about the rows
   */
  async answer(question: Message, load: Load | undefined): Promise<Message> {
    const { op } = question.header;
    if (op === 'moments') return this.#moments();
    if (op === 'drop') {
      this.drop();
      return answerOf('sum', {});
    }
    const work = typeof op === 'string' ? OPS[op] : undefined;
    if (!work)
      throw new FrameError(`A shard was asked for '${String(op)}', which it does not know`);
    if (!load) throw new FrameError(`A shard was asked for '${String(op)}' before its rows were`);
    return work(this, await this.#session(load), question);
  }

  /** Gives back what the shard holds. */
  drop(): void {
    this.#held?.value.dispose();
    this.#held = undefined;
    this.#labels = undefined;
    this.#closest = undefined;
    this.#scale = '';
  }

  async #session(load: Load): Promise<Session> {
    const by = JSON.stringify(load);
    if (this.#held?.by === by) return this.#held.value;
    this.drop();
    const shift = Float64Array.from(load.shift);
    const { name, firstRow } = this.#rows;
    const { data, shape } = await this.#rows.read();
    const checked = checkMatrix(name, { data, shape }, { columns: shift.length, shift, firstRow });
    const hold = HOLDS[load.as];
    const options = { metric: 'euclidean', shift, ...(hold ? { hold } : {}) } as const;
    const value = await this.#engine.load(checked, options);
    this.#held = { by, value };
    return value;
  }

  /** Rows, means and sums of squares about them; reads the rows, and holds nothing. */
  async #moments(): Promise<Message> {
    const { name, firstRow } = this.#rows;
    const { data, shape } = await this.#rows.read();
    checkMatrix(name, { data, shape }, { shift: 'none', firstRow });
    const [n, d] = shape;
    return answerOf('moments', {
      rows: Float64Array.of(n, data instanceof Float64Array ? n : 0),
      mean: columnMeans(data, n, d),
      squares: Float64Array.from(columnVariances(data, n, d), (variance) => n * variance),
    });
  }

  get place(): Pick<ShardRows, 'start' | 'index'> {
    return this.#rows;
  }

  /** Labels by the centroids of an iteration: those held, or made again. */
  async labelsBy(session: Session, step: number, centroids: Float32Array): Promise<Uint32Array> {
    const by = String(step);
    if (this.#labels?.by === by) return this.#labels.value;
    const { labels } = await session.run(assign, centroids, centroids.length / session.shape[1]);
    this.keepLabels(step, labels);
    return labels;
  }

  keepLabels(step: number, labels: Uint32Array): void {
    this.#labels = { by: String(step), value: labels };
  }

  /** Of each row the squared distance to the nearest candidate; they came in `rounds`, so many in each. */
  async closestTo(
    session: Session,
    candidates: Float32Array,
    rounds: readonly number[],
  ): Promise<Float64Array> {
    const [n, d] = session.shape;
    let done = 0;
    let closest = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
    const begun = this.#closest;
    for (let first = 1; first < rounds.length; first++) {
      if (begun?.by === JSON.stringify(rounds.slice(0, first))) {
        done = first;
        closest = begun.value as Float64Array<ArrayBuffer>;
      }
    }
    if (begun?.by === JSON.stringify(rounds)) return begun.value;
    let from = rounds.slice(0, done).reduce((sum, count) => sum + count, 0);
    // Round by round, however they were found: the same bits.
    for (const count of rounds.slice(done)) {
      if (count === 0) continue;
      const fresh = candidates.subarray(from * d, (from + count) * d);
      const costs = await session.run(energies, fresh, count);
      closest = closest.map((cost, i) => Math.min(cost, costs[i]));
      from += count;
    }
    this.#closest = { by: JSON.stringify(rounds), value: closest };
    return closest;
  }

  /** Columns at the scales given; once they have them, only ops of mixtures take the rows. */
  async scaled(session: Session, scale: Float64Array): Promise<Session> {
    const by = scale.join();
    if (this.#scale !== by) await session.run(scaleColumns, scale);
    this.#scale = by;
    return session;
  }

  writePart(path: unknown, labels: Uint32Array): Promise<void> {
    return typeof path === 'string' ? this.#write(path, labels) : Promise.resolve();
  }
}

function answerOf(
  kind: FoldKind,
  arrays: Readonly<Record<string, Numbers>>,
  header: Readonly<Record<string, unknown>> = {},
): Message {
  return { header: { ...header, fold: kind }, arrays };
}

type Work = (shard: Shard, session: Session, question: Message) => Promise<Message>;

/** k x d of a question, and k. */
function centroidsOf(session: Session, question: Message, name = 'centroids') {
  const [, d] = session.shape;
  const centroids = numbersOf(question, name, Float32Array);
  if (centroids.length === 0 || centroids.length % d !== 0) {
    throw new FrameError(`Centroids of other than ${d} columns came`);
  }
  return { centroids, k: centroids.length / d };
}

/** How many candidates came in each round of k-means||. */
const roundsOf = (question: Message): number[] => [...numbersOf(question, 'rounds', Uint32Array)];

/** What shards answer, beside `moments` and `drop`. */
const OPS: Readonly<Partial<Record<string, Work>>> = {
  /** Loads the rows; what a sum may lose by rounding where they lie. */
  load: (_, { rounding }) =>
    Promise.resolve(answerOf('sum', { rounding: Float64Array.of(rounding) })),

  /** sum of the squared distances to the nearest candidate. */
  costs: async (shard, session, question) => {
    const candidates = numbersOf(question, 'candidates', Float32Array);
    const closest = await shard.closestTo(session, candidates, roundsOf(question));
    return answerOf('sum', { cost: Float64Array.of(closest.reduce((sum, cost) => sum + cost, 0)) });
  },

  /**
   * Rows drawn each by itself, with the probability `share` times its squared distance to the nearest candidate:
   * by numbers that round and shard alone determine.
   */
  sample: async (shard, session, question) => {
    const candidates = numbersOf(question, 'candidates', Float32Array);
    const rounds = roundsOf(question);
    const [share] = numbersOf(question, 'share', Float64Array, 1);
    const closest = await shard.closestTo(session, candidates, rounds);
    const random = createRandom(
      seedOf(countOf(question, 'seed'), rounds.length, shard.place.index),
    );
    const drawn: number[] = [];
    closest.forEach((cost, row) => {
      if (random.next() < share * cost) drawn.push(row);
    });
    const rows = await session.run(pickedRows, Uint32Array.from(drawn));
    return answerOf('concat', { rows });
  },

  /** Rows by their numbers among all rows, as far as they are here, in the order of the numbers. */
  rows: async (shard, session, question) => {
    const [n] = session.shape;
    const { start } = shard.place;
    const here = [...numbersOf(question, 'numbers', Float64Array)]
      .map((number) => number - start)
      .filter((row) => row >= 0 && row < n);
    const rows = await session.run(pickedRows, Uint32Array.from(here));
    return answerOf('concat', { rows });
  },

  /** How many rows each candidate owns, [k]. */
  counts: async (_, session, question) => {
    const { centroids, k } = centroidsOf(session, question, 'candidates');
    const { counts } = await session.run(assign, centroids, k);
    return answerOf('sum', { counts: Float64Array.from(counts) });
  },

  /**
   * An iteration of K-means: sums about the centroids, rows owned, inertia, and how many rows changed their label
   * since `previous`, the centroids of the iteration before (all where it is the first).
   */
  step: async (shard, session, question) => {
    const { centroids, k } = centroidsOf(session, question);
    const step = countOf(question, 'step');
    const [n] = session.shape;
    const before =
      step > 0
        ? await shard.labelsBy(
            session,
            step - 1,
            centroidsOf(session, question, 'previous').centroids,
          )
        : undefined;
    const { residuals, weightSums, inertia, labels } = await session.run(
      labelledSums,
      centroids,
      k,
    );
    let changed = n;
    if (before) {
      changed = 0;
      for (let i = 0; i < n; i++) if (labels[i] !== before[i]) changed++;
    }
    shard.keepLabels(step, labels);
    return answerOf('sum', {
      residuals,
      weights: weightSums,
      totals: Float64Array.of(inertia, changed),
    });
  },

  /** The `most` rows farthest from their centroids. */
  farthest: async (shard, session, question) => {
    const { centroids, k } = centroidsOf(session, question);
    const most = countOf(question, 'most');
    const labels = await shard.labelsBy(session, countOf(question, 'step'), centroids);
    const costs = await session.run(energies, centroids, k);
    const far = Uint32Array.from(costs.keys())
      .sort((a, b) => costs[b] - costs[a] || a - b)
      .subarray(0, most);
    const rows = await session.run(pickedRows, far);
    const [, d] = session.shape;
    const found = Array.from(far, (row, i) => ({
      cost: costs[row],
      number: shard.place.start + row,
      label: labels[row],
      row: rows.subarray(i * d, (i + 1) * d),
    }));
    return answerOf('farthest', mostFar(found, most), { most });
  },

  /** The last assignment: inertia and rows owned; labels go to the file `part`, where one is named. */
  assign: async (shard, session, question) => {
    const { centroids, k } = centroidsOf(session, question);
    const { labels, counts, inertia } = await session.run(assign, centroids, k);
    await shard.writePart(partOf(question, shard), labels);
    return answerOf('sum', {
      counts: Float64Array.from(counts),
      totals: Float64Array.of(inertia),
    });
  },

  /** The sums that a mixture starts from: each row belongs to its nearest centroid. */
  begin: async (shard, session, question) => {
    const { centroids, k } = centroidsOf(session, question);
    // While all columns have one scale; loaded anew, they have.
    const labels = await shard.labelsBy(session, -1, centroids);
    await shard.scaled(session, numbersOf(question, 'scale', Float64Array));
    const frame = frameOf(question);
    const sums = await session.run(
      givenSums,
      oneHot(labels, k),
      frame,
      formOf(question),
      undefined,
    );
    return statisticsAnswer(sums, {});
  },

  /** The E-step of a mixture: sums for the M-step, log-likelihood and entropy. */
  expectation: async (shard, session, question) => {
    await shard.scaled(session, numbersOf(question, 'scale', Float64Array));
    const sums = await session.run(expectation, scorerOf(question), frameOf(question), undefined);
    return statisticsAnswer(sums, {
      totals: Float64Array.of(sums.logLikelihood, sums.entropy),
    });
  },

  /** The last densities of a mixture: log-likelihood and rows of each component; labels as in `assign`. */
  densities: async (shard, session, question) => {
    await shard.scaled(session, numbersOf(question, 'scale', Float64Array));
    const scorer = scorerOf(question);
    const { labels, logDensities } = await session.run(densities, scorer, undefined);
    await shard.writePart(partOf(question, shard), labels);
    const counts = new Float64Array(scorer.k);
    for (const label of labels) counts[label]++;
    return answerOf('sum', {
      counts,
      totals: Float64Array.of(logDensities.reduce((sum, value) => sum + value, 0)),
    });
  },

  /** The sum of each column, or of its squares. */
  columns: async (_, session, question) =>
    answerOf('sum', { sums: await session.run(columnTotals, countOf(question, 'squared') === 1) }),

  /** X^T X. */
  gram: async (_, session) =>
    answerOf('sum', { products: await session.run(gramOfRows, undefined) }),

  /** X^T (X v) of each direction, one after the other. */
  products: async (_, session, question) => {
    const [, d] = session.shape;
    const given = numbersOf(question, 'directions', Float64Array);
    const directions = Array.from({ length: given.length / d }, (__, t) =>
      given.slice(t * d, (t + 1) * d),
    );
    const made = await session.run(gramProducts, directions, undefined);
    return answerOf('sum', { products: Float64Array.from(made.flatMap((one) => [...one])) });
  },

  /** Y^T Y of the rows' images. */
  images: async (_, session, question) =>
    answerOf('sum', {
      products: await session.run(
        gramOfImages,
        mapOf(question, 0),
        countOf(question, 'precise') === 1,
        undefined,
      ),
    }),

  /** The squared distances of the rows to what two maps make of them, added up. */
  residuals: async (_, session, question) => {
    const maps = [mapOf(question, 0), mapOf(question, 1)];
    const residuals = await session.run(residualsOf, maps, undefined);
    return answerOf('sum', {
      total: Float64Array.of(residuals.reduce((sum, one) => sum + one, 0)),
    });
  },
};

/** A seed of a round and a shard: FNV-1a over the three. */
function seedOf(...numbers: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const number of numbers) {
    for (let shift = 0; shift < 32; shift += 8) {
      hash = Math.imul(hash ^ ((number >>> shift) & 0xff), 0x01000193);
    }
  }
  return hash >>> 0;
}

/** Where a shard's labels go: a file of the folder `parts`. */
function partOf({ header: { parts } }: Message, { place: { index } }: Shard): string | undefined {
  return typeof parts === 'string' ? `${parts}/${partName(index)}` : undefined;
}

/** The file of a shard's labels, u32 little-endian. */
export const partName = (index: number): string => `labels-${String(index).padStart(8, '0')}.u32`;

function formOf({ header: { form } }: Message): FactorForm {
  if (form === 'full' || form === 'tied' || form === 'diag') return form;
  throw new FrameError(`Factors of the form '${String(form)}' came`);
}

function frameOf(question: Message): Frame {
  const centres = numbersOf(question, 'centres', Float64Array);
  if (!('frame' in question.arrays)) return { centres };
  return { centres, factors: numbersOf(question, 'frame', Float64Array) };
}

function scorerOf(question: Message): Scorer {
  const offsets = numbersOf(question, 'offsets', Float64Array);
  return {
    k: offsets.length,
    form: formOf(question),
    offsets,
    means: numbersOf(question, 'means', Float64Array),
    factors: numbersOf(question, 'factors', Float64Array),
  };
}

function statisticsAnswer(
  { frame, noise, weights, sums, products }: Statistics,
  more: Readonly<Record<string, Numbers>>,
): Message {
  const { centres, factors } = frame;
  const fixed = { centres, noise: Float64Array.of(noise), ...(factors ? { frame: factors } : {}) };
  return answerOf(
    'sum',
    { ...fixed, weights, sums, products, ...more },
    { fixed: Object.keys(fixed) },
  );
}

function mapOf(question: Message, at: number): AffineMap {
  return {
    matrix: numbersOf(question, `matrix${at}`, Float64Array),
    offset: numbersOf(question, `offset${at}`, Float64Array),
    inputs: countOf(question, `inputs${at}`),
    outputs: countOf(question, `outputs${at}`),
  };
}
