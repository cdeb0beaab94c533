/** The first page: a clustering as its picture. */
import { createRandom } from '../src/math/random.js';
import type { HomeJobs, HomeState } from './home_jobs.js';
import { startPage } from './shared/adapter.js';
import { byId } from './shared/dom.js';
import { channels, clusterColours, readColours } from './shared/marks.js';
import { packColour, PointRaster } from './shared/scatter_raster.js';
import { reportErrors, runOpening, runTask, type TaskOptions } from './shared/task.js';
import { WorkerClient } from './shared/worker_client.js';

const K = 6;
const POINTS = 4000;
const RADIUS_PX = 1.8;
const CENTRE_PX = 7;

const worker = new WorkerClient<HomeJobs>(
  () => new Worker(new URL('./home_worker.ts', import.meta.url), { type: 'module' }),
);
const canvas = byId('picture', HTMLCanvasElement);
const raster = new PointRaster();
let seed = 0;
let points = drawPoints(seed);
let state: HomeState | undefined;

/** Clouds of several shapes in about [-1.6, 1.6] x [-1, 1], n x 2. */
function drawPoints(from: number): Float32Array {
  const random = createRandom(from + 1);
  const clouds = Array.from({ length: K }, (_, c) => {
    const angle = (2 * Math.PI * (c + 0.6 * random.next())) / K;
    const reach = 0.4 + 0.3 * random.next();
    const turn = Math.PI * random.next();
    return {
      x: 1.9 * reach * Math.cos(angle),
      y: reach * Math.sin(angle),
      axes: [0.07 + 0.13 * random.next(), 0.06 + 0.1 * random.next()],
      turn: [Math.cos(turn), Math.sin(turn)],
    };
  });
  const data = new Float32Array(2 * POINTS);
  for (let i = 0; i < POINTS; i++) {
    const { x, y, axes, turn } = clouds[i % K];
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
    const angle = 2 * Math.PI * random.next();
    const [a, b] = [axes[0] * radius * Math.cos(angle), axes[1] * radius * Math.sin(angle)];
    data[2 * i] = x + turn[0] * a - turn[1] * b;
    data[2 * i + 1] = y + turn[1] * a + turn[0] * b;
  }
  return data;
}

function draw(): void {
  const width = Math.round(canvas.clientWidth * devicePixelRatio);
  const height = Math.round(canvas.clientHeight * devicePixelRatio);
  if (width === 0) return;
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d')!;
  const colours = state ? clusterColours() : readColours('--muted');
  const scale = Math.min(width, height) / 2;
  const across = { scale, offset: width / 2 };
  const up = { scale: -scale, offset: height / 2 };
  const image = new ImageData(width, height);
  raster.begin(width, height, RADIUS_PX * devicePixelRatio);
  raster.add(
    {
      ...{ xName: '', yName: '' },
      x: points.filter((_, at) => at % 2 === 0),
      y: points.filter((_, at) => at % 2 === 1),
    },
    across,
    up,
    {
      labels: state?.labels,
      colours: undefined,
      palette: Uint32Array.from(colours, (colour) => packColour(...channels(colour))),
      selected: undefined,
    },
    0,
    1,
  );
  raster.resolve(new Uint32Array(image.data.buffer));
  context.putImageData(image, 0, 0);
  if (!state) return;
  const { centroids } = state;
  [context.strokeStyle] = readColours('--page');
  context.lineWidth = 2.5 * devicePixelRatio;
  for (let c = 0; c < K; c++) {
    context.beginPath();
    context.arc(
      centroids[2 * c] * across.scale + across.offset,
      centroids[2 * c + 1] * up.scale + up.offset,
      CENTRE_PX * devicePixelRatio,
      0,
      2 * Math.PI,
    );
    context.fillStyle = colours[c];
    context.fill();
    context.stroke();
  }
}

async function cluster(options: TaskOptions): Promise<void> {
  const iterations = await worker.run(
    'cluster',
    { data: points, k: K, seed },
    {
      ...options,
      isLight: true,
      onUpdate: (next) => {
        state = next;
        draw();
      },
    },
  );
  byId('told', HTMLElement).textContent =
    `K-means of ${POINTS.toLocaleString('en')} points: ${iterations} iterations.`;
}

byId('again', HTMLButtonElement).addEventListener('click', () => {
  points = drawPoints(++seed);
  state = undefined;
  draw();
  reportErrors(runTask('Clustering', undefined, cluster));
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
new ResizeObserver(draw).observe(canvas);
void startPage().then(() => runOpening('Clustering', cluster));
