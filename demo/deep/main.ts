/** The page: a network learns of the digits while it is watched. */
import { formatCount, formatShare } from '../../src/cli/format.js';
import digitsUrl from '../digits/digits.png?url';
import { picture, tile } from '../digits/tiles.js';
import { ranOn } from '../shared/adapter.js';
import { drawCurve, drawCurves } from '../shared/charts.js';
import { byId } from '../shared/dom.js';
import { showFacts } from '../shared/facts.js';
import { fetchSample } from '../shared/file_input.js';
import { clusterMark } from '../shared/marks.js';
import { openPage } from '../shared/opening.js';
import { keepInAddress } from '../shared/permalink.js';
import { runTask, say, type TaskOptions } from '../shared/task.js';
import { WorkerClient } from '../shared/worker_client.js';
import { Cloud } from './cloud.js';
import {
  type Accuracies,
  CLUSTERS,
  type DeepJobs,
  type Frame,
  type Trained,
  type TrainSettings,
  type TrainUpdate,
} from './jobs.js';
import openingUrl from './opening.json?url';

const worker = new WorkerClient<DeepJobs>(
  () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
);
const cloud = new Cloud(byId('cloud', HTMLCanvasElement));
const centroids = byId('centroids', HTMLElement);

let sample: File | undefined;

const settings = (): TrainSettings => ({
  method: byId('method', HTMLSelectElement).value as TrainSettings['method'],
  pretrainEpochs: byId('pretrain-epochs', HTMLInputElement).valueAsNumber,
  clusteringEpochs: byId('clustering-epochs', HTMLInputElement).valueAsNumber,
  seed: byId('seed', HTMLInputElement).valueAsNumber,
});

const BARS: readonly (readonly [keyof Accuracies, string])[] = [
  ['kMeans', 'k-means'],
  ['codes', 'codes'],
  ['deep', 'deep'],
];

function showAccuracies(accuracies: Accuracies): void {
  for (const [name, id] of BARS) {
    const share = accuracies[name];
    byId(id, HTMLOutputElement).value = share === undefined ? '…' : `${formatShare(share)} right`;
    byId(`${id}-bar`, HTMLElement).style.width = `${100 * (share ?? 0)}%`;
  }
}

function showFrame(frame: Frame): void {
  cloud.show(frame);
  const { images, labels } = frame;
  if (!images || !labels) return;
  const counts = new Uint32Array(CLUSTERS);
  for (const label of labels) counts[label]++;
  centroids.replaceChildren(
    ...Array.from(counts, (count, c) => {
      const shown = tile(formatCount(count), picture(images, c, `Centroid ${c}, decoded`));
      shown.querySelector('figcaption')!.prepend(clusterMark(c), ' ');
      return shown;
    }),
  );
}

function showUpdate({ accuracies, losses, reconstruction, clustering, frame }: TrainUpdate): void {
  showAccuracies(accuracies);
  if (losses.length > 0) {
    drawCurve(byId('loss', HTMLElement), losses, 'Loss of the autoencoder by epoch', 'epoch');
  }
  if (clustering.length > 0) {
    drawCurves(
      byId('joint-loss', HTMLElement),
      [
        { name: 'reconstruction', values: reconstruction },
        { name: 'clusters', values: clustering },
      ],
      'Losses with the clusters by epoch',
      'epoch',
    );
  }
  if (frame) showFrame(frame);
}

async function train(options: TaskOptions): Promise<void> {
  const asked = settings();
  byId('beforehand', HTMLElement).hidden = true;
  byId('deep-name', HTMLElement).textContent = asked.method.toUpperCase();
  sample ??= await fetchSample(digitsUrl, 'digits.png', options.signal);
  await worker.run('load', sample, { ...options, restores: true });
  showAccuracies({});
  centroids.replaceChildren();
  cloud.show(undefined);
  for (const id of ['loss', 'joint-loss']) byId(id, HTMLElement).replaceChildren();
  const given = { ...options, isLight: true, onUpdate: showUpdate };
  showTrained(await worker.run('train', asked, given));
}

function showTrained(result: Trained): void {
  showAccuracies(result);
  showFacts(byId('facts', HTMLElement), {
    Images: formatCount(result.rows),
    'Widths of the encoder': result.layers.join(', '),
    'Epochs with the clusters': `${result.epochs}${result.converged ? ', converged' : ''}`,
    ...ranOn(result.engine, result.milliseconds),
  });
}

byId('settings', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  void runTask('Loading the images', byId('train', HTMLButtonElement), train).then((end) => {
    if (end === 'done') say('Done.');
  });
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  cloud.redraw();
});
keepInAddress(byId('settings', HTMLFormElement));
void openPage<DeepJobs>({
  recording: openingUrl,
  show: ({ train: { updates, output } }) => {
    updates.forEach(showUpdate);
    showTrained(output);
    byId('beforehand', HTMLElement).hidden = false;
  },
  title: 'Loading the images',
  compute: train,
  needsGpu: true,
});
