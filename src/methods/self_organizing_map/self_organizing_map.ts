/** Self-organizing maps. */
import { plural } from '../../../host/show.js';
import { InvalidArgumentError, ShapeError } from '../../errors.js';
import type { RuntimeChoice } from '../../fit/backend.js';
import { checkOptions } from '../../fit/options.js';
import { createRandom, type Random } from '../../math/random.js';
import {
  type GridDistance,
  type GridKind,
  type Neighbourhood,
  UnitGrid,
} from '../../math/unit_grid.js';
import { batchMap, type BatchMapResult } from '../../ops/maps/batch_map.js';
import { openOnlineMap } from '../../ops/maps/online_map.js';
import type { PointSource } from '../../rows/load_options.js';
import { type Centroids, checkMatrix, type Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { checkSource, checkWeights } from '../../rows/points.js';
import { inFull } from '../kmeans/centroid_model.js';
import { type GivenCentroids, placeCentroids } from '../kmeans/start_centroids.js';
import { principalStart, startComponents } from './map_start.js';
import { MAP_DEFAULTS, MAP_RULES } from './options.js';
import { learnOnline, type OnlineRows, onlineScale } from './online_fit.js';
import { follow, type Schedule } from './schedule.js';
import { SelfOrganizingMapModel } from './self_organizing_map_model.js';
import { withEngine } from '../../fit/engine.js';
import { withLoaded } from '../../fit/session.js';
import { assign } from '../../ops/clustering/assign.js';
import type { Engine, Session } from '../../ops/op.js';
import { seedCentroids } from '../../ops/seeding/seed.js';
import { unscaled } from '../../ops/units.js';

/** What `onIteration` is told after each epoch. */
export interface SelfOrganizingMapProgress {
  /** Epochs so far, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** The radius of the epoch; in 'online' mode that of its last row. */
  readonly radius: number;
  /** See {@link SelfOrganizingMapModel.history}. */
  readonly meanSquare: number;
  /**
   * Reads the weights after this epoch, units x d, which costs nothing where nobody asks. To be called before
   * `onIteration` returns; they may be awaited later.
   *
   * @throws InvalidArgumentError where it is called later
   */
  readonly weights: () => Promise<Centroids>;
}

export interface SelfOrganizingMapOptions {
  /** Units of the map: rows x columns, at most as many as there are rows of points. */
  readonly rows: number;
  readonly columns: number;
  /** 'hexagonal': every odd row lies half a unit further right. Default 'rectangular'. */
  readonly grid?: GridKind;
  /** The map has no border: its last row and column lie next to the first. Default false. */
  readonly torus?: boolean;
  /**
   * How far units lie apart: 'euclidean', in a straight line, or 'maximum', for rectangular grids: by the
   * larger of the steps along rows and columns, as R's kohonen has it. Default 'euclidean'.
   */
  readonly distance?: GridDistance;
  /**
   * How much of a row's step a unit takes, of its distance r on the grid from the best matching one:
   * 'gaussian' exp(-r^2 / (2 radius^2)), the default; 'bubble' all of it within the radius; 'mexicanHat'
   * (1 - r^2 / radius^2) exp(-r^2 / (2 radius^2)), which pushes away beyond the radius.
   */
  readonly neighbourhood?: Neighbourhood;
  /**
   * In distances between neighbours. With 0 only the best matching unit moves, as in K-means. Default from
   * half the map's longer side, at least 1, to 0.5.
   */
  readonly radius?: Schedule;
  /** Share of the way to a row that its best matching unit goes, 'online' only: from 0 to 1. Default [0.5, 0.01]. */
  readonly rate?: Schedule;
  /**
   * 'batch', the default: in each epoch all units move to means of all rows; no order, no rate, nothing left
   * to chance. 'online': a row at a time in shuffled order, those of a stream in their own.
   */
  readonly mode?: 'batch' | 'online';
  /** Passes over the rows. Default 20. */
  readonly epochs?: number;
  /** Where units begin: on the plane of the first two principal components, on random rows, or given, units x d. Default 'pca'. */
  readonly init?: 'pca' | 'random' | GivenCentroids;
  /** Whole number from 0 to 2^32 - 1; the same seed gives the same answer. Default 0. */
  readonly seed?: number;
  /** A weight >= 0 for each row, [n]; in 'online' mode it multiplies the rate. Default: all 1. */
  readonly sampleWeight?: ArrayLike<number>;
  readonly onIteration?: (progress: SelfOrganizingMapProgress) => void;
  /** Cancels the fit: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Where to run: a runtime of your own, or 'cpu'. Default: the shared device, else the CPU. */
  readonly runtime?: RuntimeChoice;
}

const LAST_RADIUS = 0.5;

/** Options with all that was checked of them. */
interface Plan {
  readonly options: SelfOrganizingMapOptions;
  readonly grid: UnitGrid;
  readonly neighbourhood: Neighbourhood;
  readonly radius: (progress: number) => number;
  readonly rate: (progress: number) => number;
  readonly epochs: number;
  readonly random: Random;
  readonly weights: { readonly scaled: Float32Array; readonly mean: number } | undefined;
}

/**
 * A self-organizing map, or Kohonen network (Kohonen 1982): K-means whose centroids are units on a grid, and
 * in which each row moves not only the unit that is nearest to it but the units around that one, too. So
 * neighbours on the grid become neighbours among the rows.
 *
 * @param points n x d, one row a point, or a stream of such rows; never changed, nor to be until the promise
 *   settles. Mode 'online' takes no matrix that lies on the device
 * @returns the map; `predict(points)` gives best matching units, `transform(points)` their places
 * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; DeviceLostError,
 *   OutOfMemoryError, DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function selfOrganizingMap(
  points: Points | PointStream,
  options: SelfOrganizingMapOptions,
): Promise<SelfOrganizingMapModel> {
  options = checkOptions('selfOrganizingMap', options, MAP_RULES);
  const grid = checkGrid(options);
  const { neighbourhood = 'gaussian', epochs = MAP_DEFAULTS.epochs, runtime, signal } = options;
  const widest = Math.max(1, grid.shape.rows / 2, grid.shape.columns / 2);
  const radius = follow('radius', options.radius ?? [widest, LAST_RADIUS]);
  const rate = follow('rate', options.rate ?? MAP_DEFAULTS.rate, 1);
  signal?.throwIfAborted();
  const checked = await checkSource('points', points, {}, signal);
  checkRows(checked, grid, options.mode);
  const weights = await checkWeights(options.sampleWeight, checked.shape[0]);
  const random = createRandom(options.seed ?? 0);
  const start = givenStart(grid, checked, options);
  const plan = { options, grid, neighbourhood, radius, rate, epochs, random, weights };
  return withEngine(runtime, checked, signal, (engine) => fit(engine, checked, start, plan), 0);
}

/** What a grid is laid out for at most, before the rows are known. */
const MOST_UNITS = 2 ** 20;

function checkGrid({
  rows,
  columns,
  grid = 'rectangular',
  torus = false,
  distance,
}: SelfOrganizingMapOptions): UnitGrid {
  for (const [name, value] of [
    ['rows', rows],
    ['columns', columns],
  ] as readonly (readonly [string, number | undefined])[]) {
    if (value !== undefined) continue;
    throw new InvalidArgumentError(
      name,
      `selfOrganizingMap: ${name} is missing; give the rows and columns of the map, as in { rows: 6, columns: 8 }.`,
    );
  }
  if (torus && grid === 'hexagonal' && rows % 2 === 1) {
    throw new InvalidArgumentError(
      'rows',
      `selfOrganizingMap: rows is ${rows}, but a hexagonal torus closes only after an even number of rows; ` +
        `give an even number, or torus: false.`,
    );
  }
  if (grid === 'hexagonal' && distance === 'maximum') {
    throw new InvalidArgumentError(
      'distance',
      `selfOrganizingMap: distance is 'maximum', which counts steps along rows and columns; hexagonal grids have ` +
        `'euclidean'.`,
    );
  }
  if (rows * columns > MOST_UNITS) {
    throw new InvalidArgumentError(
      'rows',
      `selfOrganizingMap: a map of ${rows} x ${columns} has ${rows * columns} units; at most ${MOST_UNITS} are possible.`,
    );
  }
  return new UnitGrid({ rows, columns, grid, torus }, distance);
}

function checkRows(
  points: PointSource,
  { units, shape: { rows, columns } }: UnitGrid,
  mode: SelfOrganizingMapOptions['mode'],
): void {
  const [n] = points.shape;
  if (units > n) {
    throw new InvalidArgumentError(
      'rows',
      `selfOrganizingMap: a map of ${rows} x ${columns} has ${units} ${plural(units, 'unit')}, but points has only ${n} ` +
        `${plural(n, 'row')}; give a map of at most ${n} ${plural(n, 'unit')}.`,
    );
  }
  if (mode === 'online' && 'buffer' in points) {
    throw new InvalidArgumentError(
      'points',
      `selfOrganizingMap: points lie on the device, but mode 'online' shuffles rows on the host; use mode ` +
        `'batch', or give the rows on the host.`,
    );
  }
}

/** The weights to begin with where they are given, in the caller's units. */
function givenStart(
  grid: UnitGrid,
  points: PointSource,
  { init }: SelfOrganizingMapOptions,
): GivenCentroids | undefined {
  if (init === undefined || typeof init === 'string') return undefined;
  const [given] = checkMatrix('init', init, { shift: 'none', columns: points.shape[1] }).shape;
  if (given === grid.units) return init;
  const { rows, columns } = grid.shape;
  throw new ShapeError(
    `selfOrganizingMap: init has ${given} ${plural(given, 'row')}, but a map of ${rows} x ${columns} has ${grid.units} ${plural(grid.units, 'unit')}; ` +
      `give one row of starting weights for each.`,
  );
}

async function fit(
  engine: Engine,
  points: PointSource,
  given: GivenCentroids | undefined,
  plan: Plan,
): Promise<SelfOrganizingMapModel> {
  const { grid, neighbourhood, options, random, weights } = plan;
  const { mode = 'batch', init = 'pca', runtime, signal } = options;
  const extent = given ? checkMatrix('init', given, { shift: 'none' }).largest : 0;
  const load = {
    ...{ metric: 'euclidean' as const, extent, signal },
    ...(weights ? { weights: weights.scaled } : {}),
  };
  return withLoaded(engine, points, load, async (session) => {
    const { shift } = session;
    const k = grid.units;
    const where = { ...(runtime ? { runtime } : {}), ...(signal ? { signal } : {}) };
    const start =
      init === 'pca' && k > 1
        ? principalStart(grid, await startComponents(session, points, engine.description, where))
        : given;
    const first = start
      ? placeCentroids('init', start, k, shift, 'euclidean')
      : (await session.run(seedCentroids, 'random', k, [random], signal))[0];
    const learnt =
      mode === 'batch'
        ? await learnInBatches(session, first, plan)
        : await learnByRows(session, points as OnlineRows, first, plan);
    const { counts, inertia } = learnt.assignment;
    return new SelfOrganizingMapModel({
      ...grid.shape,
      ...{ neighbourhood, mode, features: shift.length, shift, centred: learnt.weights },
      ...{ fittedRows: session.shape[0], hits: counts, inertia },
      history: learnt.history,
      engine: engine.description,
    });
  });
}

/** The batch map after all epochs. */
async function learnInBatches(
  session: Session,
  start: Float32Array,
  plan: Plan,
): Promise<BatchMapResult> {
  const { grid, neighbourhood, epochs, weights, options } = plan;
  const radii: number[] = [];
  /** From a sum over the weighted rows. */
  const mean = (sum: number) => (sum * (weights?.mean ?? 1)) / session.shape[0];
  const tell = telling(session, plan);
  const learnt = await session.run(batchMap, start, {
    ...{ grid, neighbourhood, epochs, signal: options.signal },
    radius: (epoch) => (radii[epoch] = plan.radius(epoch / Math.max(1, epochs - 1))),
    onEpoch:
      tell &&
      ((epoch, inertia, read) => {
        tell(epoch, radii[epoch], mean(inertia), read);
      }),
  });
  return { ...learnt, history: learnt.history.map(mean) };
}

/** The online map after all epochs. */
async function learnByRows(
  session: Session,
  points: OnlineRows,
  start: Float32Array,
  plan: Plan,
): Promise<BatchMapResult> {
  const { grid, neighbourhood, radius, rate, epochs, random, weights, options } = plan;
  const { signal } = options;
  const { shift } = session;
  const scale = onlineScale(points, start);
  const begin = start.map((value) => value * scale);
  // Grows: whoever gives epochs without end cancels.
  const history: number[] = [];
  const tell = telling(session, plan);
  const map = await session.run(openOnlineMap, grid, neighbourhood, begin, signal);
  const read = async () => unscaled(await map.read(), scale);
  let now = 0;
  try {
    const steps = {
      radius: (progress: number) => (now = radius(progress)),
      ...{ rate, epochs, weights: weights?.scaled },
    };
    const told = (epoch: number, meanSquare: number) => {
      history[epoch] = meanSquare * (weights?.mean ?? 1);
      tell?.(epoch, now, history[epoch], read);
    };
    await learnOnline(map, points, { shift, scale }, steps, random, told, signal);
    const learnt = await read();
    const assignment = await session.run(assign, learnt, grid.units, signal);
    return { weights: learnt, history: Float64Array.from(history), assignment };
  } finally {
    map.dispose();
  }
}

/** Calls `onIteration`, where there is one; `read` gives the weights of then, centred. */
function telling({ shift }: Session, { grid, epochs, options: { onIteration } }: Plan) {
  if (!onIteration) return undefined;
  return (epoch: number, radius: number, meanSquare: number, read: () => Promise<Float32Array>) => {
    let isOver = false;
    onIteration({
      ...{ epoch: epoch + 1, epochs, radius, meanSquare },
      weights: async () => {
        if (isOver) {
          throw new InvalidArgumentError(
            'onIteration',
            'selfOrganizingMap: weights() was called after onIteration returned, when the map learns on; call it before.',
          );
        }
        return { data: inFull(await read(), shift), shape: [grid.units, shift.length] };
      },
    });
    isOver = true;
  };
}
