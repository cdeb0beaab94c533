/** Learns maps, and K-means beside them, off the page's thread. */
import { sampleRows } from '../../src/cli/table_math.js';
import {
  kmeans,
  type KMeansModel,
  selfOrganizingMap,
  type SelfOrganizingMapModel,
} from '../../src/index.js';
import type { PointMatrix } from '../data/table.js';
import { PIXELS } from '../digits/jobs.js';
import { readDigits } from '../digits/sample.js';
import { packPixels, toRows } from '../palette/colours.js';
import { decodePicture } from '../shared/decode_picture.js';
import { handOver, type JobContext, serveJobs } from '../shared/worker_host.js';
import type { Epoch, Errors, MapSettings, MapsJobs } from './jobs.js';

/** Of a photograph, that many pixels are learnt, evenly spread. */
const MOST_PIXELS = 20_000;

let points: PointMatrix | undefined;

async function load(
  { name, file }: MapsJobs['load']['takes'],
  { signal }: JobContext,
): Promise<number> {
  const data = name === 'digits' ? (await readDigits(file)).data : await readColours(file, signal);
  const columns = name === 'digits' ? PIXELS : 3;
  points = { data, shape: [data.length / columns, columns] };
  return points.shape[0];
}

async function readColours(file: File, signal: AbortSignal): Promise<Float32Array> {
  const pixels = packPixels((await decodePicture(file, signal)).data);
  return toRows(sampleRows(pixels.length, MOST_PIXELS).map((pixel) => pixels[pixel]));
}

/**
 * One epoch of the map and one iteration of K-means in turn. The library gives no weights before the
 * end of a fit, so that each step is a fit of its own from where the one before ended.
 */
async function learn(
  settings: MapSettings,
  { signal, runtime, onProgress, send }: JobContext<Epoch>,
): Promise<Errors> {
  if (!points) throw new Error('There is nothing to learn yet; choose a sample.');
  const rows = points;
  const { radius: radii, epochs, init, ...shape } = settings;
  const [from, to] = radii;
  const where = { signal, runtime };
  const spent = { milliseconds: 0, kMeansMilliseconds: 0 };
  const timed = async <M>(name: keyof typeof spent, fit: () => Promise<M>): Promise<M> => {
    const start = performance.now();
    const model = await fit();
    spent[name] += performance.now() - start;
    return model;
  };
  const seen: { map?: SelfOrganizingMapModel; kMeans?: KMeansModel } = {};
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const left = (epochs - epoch) / Math.max(1, epochs - 1);
    const radius = epoch === 1 ? from : to + (from - to) * left;
    onProgress({ value: epoch - 1, max: epochs, text: `Epoch ${epoch} of ${epochs}` });
    const map = await timed('milliseconds', () =>
      selfOrganizingMap(rows, {
        ...{ ...shape, ...where, epochs: 1, init: seen.map?.weights ?? init },
        // Its first value is used; with what is to come, a radius that grows is refused at once.
        radius: [radius, to],
      }),
    );
    const kMeans = seen.kMeans?.converged
      ? seen.kMeans
      : await timed('kMeansMilliseconds', () =>
          kmeans(rows, {
            ...{ k: map.k, maxIter: 1, seed: shape.seed, ...where },
            ...(seen.kMeans && { init: seen.kMeans.centroids }),
          }),
        );
    Object.assign(seen, { map, kMeans });
    send(shownOf(epoch, radius, map, kMeans, rows.shape[0]));
    signal.throwIfAborted();
  }
  return { ...(await errorsOf(seen.map!, seen.kMeans!, rows, where)), ...spent };
}

function shownOf(
  epoch: number,
  radius: number,
  { weights, hits, history, uMatrix }: SelfOrganizingMapModel,
  { centroids, counts, history: objectives }: KMeansModel,
  n: number,
): Epoch {
  const map = {
    weights: Float32Array.from(weights.data),
    ...{ hits, meanSquare: history[0] },
  };
  const kMeans = {
    weights: Float32Array.from(centroids.data),
    ...{ hits: counts, meanSquare: objectives[0] / n },
  };
  const shown = { epoch, radius, map, uMatrix: Float32Array.from(uMatrix.data), kMeans };
  return handOver(shown, map.weights, shown.uMatrix, kMeans.weights);
}

async function errorsOf(
  map: SelfOrganizingMapModel,
  kMeans: KMeansModel,
  rows: PointMatrix,
  where: Pick<JobContext, 'signal' | 'runtime'>,
): Promise<Omit<Errors, 'milliseconds' | 'kMeansMilliseconds'>> {
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
