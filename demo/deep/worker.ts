/** Trains the network and its clusters, epoch by epoch, off the page's thread. */
import {
  autoencoder,
  type AutoencoderModel,
  clusteringAccuracy,
  deepClustering,
  type DeepClusteringModel,
  kmeans,
  type TrainingCheckpoint,
} from '../../src/index.js';
import { formatNumber } from '../../src/cli/format.js';
import { PIXELS } from '../digits/jobs.js';
import { type Digits, readDigits } from '../digits/sample.js';
import { type JobContext, serveJobs } from '../shared/worker_host.js';
import {
  type Accuracies,
  CLUSTERS,
  type DeepJobs,
  type Frame,
  type Trained,
  type TrainSettings,
  type TrainUpdate,
} from './jobs.js';
import { MovingPlane } from './plane.js';

/** Without a GPU the processor works by itself, in float64: with fewer images and a smaller network. */
const SIZES = {
  device: { rows: 2500, layers: [256, 128] },
  cpu: { rows: 600, layers: [48] },
} as const;
const NETWORK = { embeddingSize: 10, batchSize: 128, learningRate: 3e-3 } as const;

let sample: Digits = { data: new Float32Array(0), digits: new Uint8Array(0) };

async function load(png: Blob): Promise<number> {
  sample = await readDigits(png);
  return sample.digits.length;
}

async function train(
  { method, pretrainEpochs, clusteringEpochs, seed }: TrainSettings,
  { signal, runtime, onProgress, send }: JobContext<TrainUpdate>,
): Promise<Trained> {
  const where = { signal, runtime };
  const { rows: most, layers } = SIZES[runtime ?? 'device'];
  const rows = Math.min(most, sample.digits.length);
  const points = { data: sample.data.subarray(0, rows * PIXELS), shape: [rows, PIXELS] } as const;
  const truth = Uint32Array.from(sample.digits.subarray(0, rows));
  const right = (labels: Uint32Array) => clusteringAccuracy(truth, labels);
  const max = 1 + pretrainEpochs + clusteringEpochs;
  const start = performance.now();
  let accuracies: Accuracies = {};
  let losses: readonly number[] = [];
  let history: DeepClusteringModel['history'] = [];
  const tell = (value: number, text: string, frame?: Frame) => {
    onProgress({ value, max, text });
    send({
      ...{ accuracies, losses, ...(frame && { frame }) },
      reconstruction: history.map(({ reconstruction }) => reconstruction),
      clustering: history.map(({ clustering }) => clustering),
    });
  };

  tell(0, 'K-means of the images, to compare with');
  const flat = await kmeans(points, { k: CLUSTERS, nInit: 4, seed, ...where });
  accuracies = { kMeans: right(flat.labels) };

  // Each call goes on from where the one before stood, to the bits of a single call.
  let resume: TrainingCheckpoint | undefined;
  const onCheckpoint = (made: TrainingCheckpoint) => (resume = made);
  const again = () => ({ onCheckpoint, ...(resume && { resume }), ...where });
  const plane = new MovingPlane();
  let coder!: AutoencoderModel;
  for (let epochs = 1; epochs <= pretrainEpochs; epochs++) {
    // Down to 0 at the last epoch of all, of which this call's are a part.
    const schedule = (done: number) =>
      (1 + Math.cos((Math.PI * done * epochs) / pretrainEpochs)) / 2;
    coder = await autoencoder(points, { ...NETWORK, layers, seed, epochs, schedule, ...again() });
    losses = coder.history.map(({ loss }) => loss);
    const places = await plane.place(await coder.encode(points, where), where);
    const text = `Autoencoder: epoch ${epochs} of ${pretrainEpochs}, loss ${formatNumber(coder.loss)}`;
    tell(epochs, text, { places });
  }

  resume = undefined;
  let model = await deepClustering(points, {
    ...{ k: CLUSTERS, method: 'ae+kmeans', autoencoder: coder, nInit: 10, seed, ...where },
  });
  accuracies = { ...accuracies, codes: right(model.labels) };
  for (let epochs = 1; epochs <= clusteringEpochs; epochs++) {
    model = await deepClustering(points, {
      ...{ k: CLUSTERS, method, autoencoder: coder, nInit: 10, seed, clusteringEpochs: epochs },
      ...{ batchSize: NETWORK.batchSize, ...again() },
    });
    history = model.history;
    const deep = right(model.labels);
    accuracies = { ...accuracies, deep };
    const frame = {
      places: await plane.place(model.embedding, where),
      labels: model.labels,
      images: (await model.decodedCentroids(where)).data,
    };
    const text = `Clusters: epoch ${epochs} of at most ${clusteringEpochs}, ${(100 * deep).toFixed(1)} % right`;
    tell(pretrainEpochs + epochs, text, frame);
    if (history.length < epochs) break;
  }
  return {
    ...{ kMeans: 0, codes: 0, deep: 0, ...accuracies },
    ...{ rows, layers: [...layers, NETWORK.embeddingSize], engine: model.engine },
    ...{ converged: model.converged, epochs: history.length },
    milliseconds: performance.now() - start,
  };
}

serveJobs<DeepJobs>({ load, train });
