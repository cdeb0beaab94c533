/** Learns maps, and K-means beside them, off the page's thread. */
import { sampleRows } from '../../src/cli/table_math.js';
import {
  type Centroids,
  kmeans,
  type KMeansModel,
  selfOrganizingMap,
  type SelfOrganizingMapModel,
  type SelfOrganizingMapProgress,
} from '../../src/index.js';
import { UnitGrid } from '../../src/math/unit_grid.js';
import { distancesAround } from '../../src/methods/self_organizing_map/self_organizing_map_model.js';
import type { PointMatrix } from '../data/table.js';
import { PIXELS } from '../digits/jobs.js';
import { readDigits } from '../digits/sample.js';
import { packPixels, toRows } from '../palette/colours.js';
import { decodePicture } from '../shared/decode_picture.js';
import { type JobContext, serveJobs } from '../shared/worker_host.js';
import type { Epoch, Errors, MapsJobs } from './jobs.js';

/** Of a photograph, that many pixels are learnt, evenly spread. */
const MOST_PIXELS = 20_000;
/** And of what the page opens on, that many rows: the first map is there at once. */
const OPENING_ROWS = 5_000;

let points: PointMatrix | undefined;

async function load(
  { name, file }: MapsJobs['load']['takes'],
  { signal }: JobContext,
): Promise<number> {
  const data = name === 'digits' ? (await readDigits(file)).data : await readColours(file, signal);
  // One that was cancelled must not take the place of what came instead.
  signal.throwIfAborted();
  const columns = name === 'digits' ? PIXELS : 3;
  points = { data, shape: [data.length / columns, columns] };
  return points.shape[0];
}

async function readColours(file: File, signal: AbortSignal): Promise<Float32Array> {
  const pixels = packPixels((await decodePicture(file, signal)).data);
  return toRows(sampleRows(pixels.length, MOST_PIXELS).map((pixel) => pixels[pixel]));
}

/** Rows evenly spread over all. */
function someOf({ data, shape: [n, d] }: PointMatrix): PointMatrix {
  const rows = sampleRows(n, OPENING_ROWS);
  const taken = new Float32Array(rows.length * d);
  rows.forEach((row, i) => {
    taken.set(data.subarray(row * d, (row + 1) * d), i * d);
  });
  return { data: taken, shape: [rows.length, d] };
}

/** The map epoch by epoch, and an iteration of K-means beside each. */
async function learn(
  { isOpening, ...settings }: MapsJobs['learn']['takes'],
  { signal, runtime, onProgress, send }: JobContext<Epoch>,
): Promise<Errors> {
  if (!points) throw new Error('There is nothing to learn yet; choose a sample.');
  const rows = isOpening ? someOf(points) : points;
  const where = { signal, runtime };
  const grid = new UnitGrid(settings);
  let kMeans: KMeansModel | undefined;
  let kMeansMilliseconds = 0;
  /** After the iterations before it; it tells no centroids before its end, so that each is a fit. */
  const nextOfKMeans = async () => {
    const start = performance.now();
    if (!kMeans?.converged) {
      kMeans = await kmeans(rows, {
        ...{ k: grid.units, maxIter: 1, seed: settings.seed, ...where },
        // At random the first is there sooner.
        ...(isOpening && { init: 'random' as const }),
        ...(kMeans && { init: kMeans.centroids }),
      });
    }
    kMeansMilliseconds += performance.now() - start;
    return kMeans;
  };
  let shown = Promise.resolve();
  const start = performance.now();
  const map = await selfOrganizingMap(rows, {
    ...settings,
    ...where,
    onIteration({ weights, ...told }) {
      shown = Promise.all([weights(), shown]).then(async ([read]) => {
        onProgress({
          value: told.epoch,
          max: told.epochs,
          text: `Epoch ${told.epoch} of ${told.epochs}`,
        });
        const beside = await nextOfKMeans();
        send(shownOf(told, grid, read, beside, rows.shape[0]));
      });
      // Told below; where the map fails first, by that.
      shown.catch(() => undefined);
    },
  });
  // K-means had its turns meanwhile.
  const milliseconds = performance.now() - start - kMeansMilliseconds;
  await shown;
  const errors = await errorsOf(map, kMeans!, rows, where);
  return { ...errors, hits: map.hits, milliseconds, kMeansMilliseconds };
}

function shownOf(
  { epoch, radius, meanSquare }: Pick<SelfOrganizingMapProgress, 'epoch' | 'radius' | 'meanSquare'>,
  grid: UnitGrid,
  weights: Centroids,
  { centroids, history }: KMeansModel,
  n: number,
): Epoch {
  const map = { weights: Float32Array.from(weights.data), meanSquare };
  const kMeans = { weights: Float32Array.from(centroids.data), meanSquare: history[0] / n };
  const uMatrix = distancesAround(grid, weights);
  return { epoch, radius, map, uMatrix, kMeans };
}

async function errorsOf(
  map: SelfOrganizingMapModel,
  kMeans: KMeansModel,
  rows: PointMatrix,
  where: Pick<JobContext, 'signal' | 'runtime'>,
): Promise<Omit<Errors, 'hits' | 'milliseconds' | 'kMeansMilliseconds'>> {
  const energies = await kMeans.energy(rows, where);
  const distances = energies.reduce((sum, square) => sum + Math.sqrt(square), 0);
  return {
    quantizationError: await map.quantizationError(rows, where),
    kMeansError: distances / energies.length,
    topographicError: await map.topographicError(rows, where),
    engine: map.engine,
  };
}

serveJobs<MapsJobs>({ load, learn });
