/** PCA of rows in shards: the coordinator's part. */
import { InvalidArgumentError } from '../errors.js';
import { checkCount } from '../methods/pca/pca_batches.js';
import { PCA_DEFAULTS, type PcaOptions } from '../methods/pca/options.js';
import { checkFraction, defaultSolver, fitSession } from '../methods/pca/pca.js';
import type { PcaModel } from '../methods/pca/pca_model.js';
import type { Op, Session } from '../ops/op.js';
import type { AffineMap } from '../ops/products/affine_map.js';
import { residualsOf } from '../ops/products/images.js';
import { columnTotals, gramOfImages, gramOfRows, gramProducts } from '../ops/products/scatter.js';
import { type Message, numbersOf, type Numbers } from './message.js';
import { momentsOf } from './moments.js';
import type { Shards } from './shards.js';

export type ShardPcaOptions = Pick<
  PcaOptions,
  'nComponents' | 'whiten' | 'seed' | 'nOversamples' | 'iteratedPower' | 'signal' | 'onIteration'
> & {
  /** 'covariance', or 'randomized' for thousands of columns. */
  readonly solver?: 'covariance' | 'randomized';
};

/**
 * PCA of rows in shards: see `pca`. The means are merged by Chan's formula; sums of products about them are added
 * up. The same bits as `kmeansOfShards` says.
 *
 * @throws as pca; what the shards and the adapter throw
 */
export async function pcaOfShards(
  shards: Shards,
  options: ShardPcaOptions = {},
): Promise<PcaModel> {
  const [n, d] = shards.shape;
  const { nComponents = PCA_DEFAULTS.nComponents } = options;
  checkCount(nComponents, n, d);
  checkFraction(options.solver, options);
  const solver = options.solver ?? defaultSolver(nComponents, d);
  const { shift } = await momentsOf(shards, undefined);
  shards.load({ as: solver === 'covariance' ? 'gram' : 'products', shift: [...shift] });
  const held = await shards.ask({ header: { op: 'load' }, arrays: {} });
  const [rounding] = numbersOf(held, 'rounding', Float64Array, 1);
  const session = sessionOf(shards, shift, rounding / shards.count);
  return fitSession(session, `${shards.count} shards`, solver, options);
}

/** An op, as shards are asked for it. */
interface Remote<Given extends readonly unknown[], Result> {
  readonly op: Op<Given, Result>;
  readonly ask: (...given: Given) => Message;
  readonly answer: (folded: Message, ...given: Given) => Result;
}

const remote = <Given extends readonly unknown[], Result>(one: Remote<Given, Result>) => one;

const question = (
  op: string,
  arrays: Readonly<Record<string, Numbers>> = {},
  header: Readonly<Record<string, unknown>> = {},
): Message => ({ header: { ...header, op }, arrays });

function ofMaps(op: string, maps: readonly AffineMap[], more: Readonly<Record<string, unknown>>) {
  const sides = maps.flatMap(({ inputs, outputs }, at) => [
    [`inputs${at}`, inputs],
    [`outputs${at}`, outputs],
  ]);
  const arrays = maps.flatMap(({ matrix, offset }, at) => [
    [`matrix${at}`, matrix],
    [`offset${at}`, offset],
  ]);
  return question(
    op,
    Object.fromEntries(arrays) as Record<string, Numbers>,
    Object.fromEntries([...sides, ...Object.entries(more)]) as Record<string, unknown>,
  );
}

const REMOTES = [
  remote({
    op: columnTotals,
    ask: (squared) => question('columns', {}, { squared: squared ? 1 : 0 }),
    answer: (folded) => numbersOf(folded, 'sums', Float64Array),
  }),
  remote({
    op: gramOfRows,
    ask: () => question('gram'),
    answer: (folded) => numbersOf(folded, 'products', Float64Array),
  }),
  remote({
    op: gramProducts,
    ask: (directions) =>
      question('products', {
        directions: Float64Array.from(directions.flatMap((one) => [...one])),
      }),
    answer: (folded, directions) => {
      const d = directions[0].length;
      const products = numbersOf(folded, 'products', Float64Array, directions.length * d);
      return directions.map((_, t) => products.slice(t * d, (t + 1) * d));
    },
  }),
  remote({
    op: gramOfImages,
    ask: (map, precise) => ofMaps('images', [map], { precise: precise ? 1 : 0 }),
    answer: (folded) => numbersOf(folded, 'products', Float64Array),
  }),
  remote({
    op: residualsOf,
    ask: (maps) => ofMaps('residuals', maps, {}),
    // Of all rows together: PCA adds them up.
    answer: (folded) => numbersOf(folded, 'total', Float64Array, 1),
  }),
];

/** The shards as a session of PCA's ops. */
function sessionOf(shards: Shards, shift: Float64Array, rounding: number): Session {
  return {
    shape: shards.shape,
    shift,
    scale: 1,
    rounding,
    run: async <Given extends readonly unknown[], Result>(
      op: Op<Given, Result>,
      ...given: Given
    ): Promise<Result> => {
      const found = REMOTES.find((one) => (one.op as unknown) === op) as
        Remote<Given, Result> | undefined;
      if (!found) {
        throw new InvalidArgumentError(
          'solver',
          `pca: fewer rows than half the columns need the rows in one place; leave the workers out.`,
        );
      }
      return found.answer(await shards.ask(found.ask(...given)), ...given);
    },
    dispose: () => undefined,
  };
}
