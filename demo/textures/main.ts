/** The page: choose an example, watch a picture come from noise, keep it. */
import { formatCount, formatNumber, formatSeconds } from '../../src/cli/format.js';
import { nameEngine, startPage } from '../shared/adapter.js';
import { drawCurve } from '../shared/charts.js';
import { byId, make } from '../shared/dom.js';
import { download, stem } from '../shared/download.js';
import { showFacts } from '../shared/facts.js';
import { fetchSample, watchFiles } from '../shared/file_input.js';
import { keepInAddress } from '../shared/permalink.js';
import { drawShown } from '../shared/shown.js';
import { runOpening, runTask, say, showError, type TaskOptions } from '../shared/task.js';
import { WorkerClient } from '../shared/worker_client.js';
import bricksUrl from './bricks.png?url';
import type { Made, MakeSettings, TexturesJobs } from './jobs.js';
import leavesUrl from './leaves.png?url';
import petalsUrl from './petals.png?url';

const SAMPLES = {
  petals: { name: 'Petals', url: petalsUrl },
  leaves: { name: 'Leaves', url: leavesUrl },
  bricks: { name: 'Bricks', url: bricksUrl },
} as const;

type SampleName = keyof typeof SAMPLES;

/** A small one: the processor has it before a driver has compiled its kernels. */
const OPENING = { side: 64, filters: 8, reach: 14, iterations: 25 } as const;

const worker = new WorkerClient<TexturesJobs>(
  () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
);
const settings = byId('settings', HTMLFormElement);
const makeButton = byId('make', HTMLButtonElement);
const downloadButton = byId('download', HTMLButtonElement);
const madeCanvas = byId('made', HTMLCanvasElement);
const lambda = byId('lambda', HTMLInputElement);

/** What the worker holds: a sample's name, or the visitor's file. */
let held: SampleName | File | undefined;
/** In the place of a sample. */
let own: File | undefined;

const samples = Object.entries(SAMPLES).map(([value, { name, url }], i) => {
  const radio = make('input', { type: 'radio', name: 'sample', value });
  radio.defaultChecked = i === 0;
  const picture = make('img', { src: url, alt: '', width: 128, height: 128 });
  byId('samples', HTMLFieldSetElement).append(make('label', {}, radio, picture, name));
  return radio;
});

const valueOf = (id: string) => byId(id, HTMLInputElement).valueAsNumber;
const selected = (id: string) => Number(byId(id, HTMLSelectElement).value);
const chosen = (name: string) => new FormData(settings).get(name) as string;
const lambdaValue = () => 10 ** lambda.valueAsNumber;

const short = (value: number) => formatNumber(Number(value.toPrecision(3)));

const readSettings = (): MakeSettings => ({
  kind: chosen('kind') as MakeSettings['kind'],
  side: selected('side'),
  filters: valueOf('filters'),
  reach: selected('reach'),
  depth: selected('depth'),
  lambda: lambdaValue(),
  iterations: valueOf('iterations'),
  seed: valueOf('seed'),
});

const wanted = (): SampleName | File => own ?? (chosen('sample') as SampleName);
const nameOf = (picture: SampleName | File) =>
  picture instanceof File ? picture.name : SAMPLES[picture].name;

/** Has the worker hold what is chosen, and shows it. */
async function showExample(side: number, options: TaskOptions): Promise<void> {
  const picture = wanted();
  if (held !== picture) {
    held = undefined;
    const file =
      picture instanceof File
        ? picture
        : await fetchSample(SAMPLES[picture].url, `${picture}.png`, options.signal);
    await worker.run('load', file, { ...options, restores: true });
    held = picture;
  }
  const shown = await worker.run('show', side, options);
  const canvas = byId('example', HTMLCanvasElement);
  drawShown(canvas, shown);
  canvas.ariaLabel = `The example: ${nameOf(picture)}`;
}

/** Nothing stays of what was made of another choice. */
function forget(): void {
  downloadButton.disabled = true;
  madeCanvas.getContext('2d')!.clearRect(0, 0, madeCanvas.width, madeCanvas.height);
  madeCanvas.ariaLabel = 'Nothing made yet';
  byId('curve', HTMLElement).replaceChildren();
  byId('facts', HTMLElement).hidden = true;
  byId('note', HTMLElement).textContent = '';
}

function drawLosses(losses: readonly number[]): void {
  const powers = losses.map((loss) => Math.log10(Math.max(loss, 1e-12)));
  if (powers.length < 2) return;
  const title = `The loss falls from ${short(losses[0])} to ${short(losses.at(-1)!)}`;
  drawCurve(byId('curve', HTMLElement), powers, title);
}

function showMade({ kind }: MakeSettings, result: Made): void {
  drawShown(madeCanvas, result.shown);
  const { startLoss, loss, iterations, meanSquaredError, engine, milliseconds } = result;
  const psnr = meanSquaredError === undefined ? undefined : -10 * Math.log10(meanSquaredError);
  showFacts(byId('facts', HTMLElement), {
    Loss: short(loss),
    'Of the noise': short(startLoss),
    ...(kind === 'inversion' && psnr !== undefined && { PSNR: `${psnr.toFixed(1)} dB` }),
    Iterations: formatCount(iterations),
    'Ran on': nameEngine(engine),
    Time: formatSeconds(milliseconds),
  });
  downloadButton.disabled = false;
}

async function makeIt(
  given: MakeSettings,
  options: TaskOptions,
  isLight = false,
): Promise<MakeSettings> {
  forget();
  await showExample(given.side, options);
  const what = given.kind === 'texture' ? 'A texture' : `What layer ${given.depth} knows`;
  const title = `${what} of ${nameOf(wanted())}`;
  byId('made-title', HTMLElement).textContent = title;
  const losses: number[] = [];
  const result = await worker.run('make', given, {
    ...{ ...options, isLight },
    onUpdate(painted) {
      losses.push(...painted.losses);
      drawShown(madeCanvas, painted.shown);
      madeCanvas.ariaLabel = `${title}, after iteration ${painted.iteration}`;
      drawLosses(losses);
    },
  });
  showMade(given, result);
  madeCanvas.ariaLabel = title;
  return given;
}

function run(): void {
  if (!settings.reportValidity()) return;
  void runTask('Starting', makeButton, async (options) => {
    const { side, iterations } = await makeIt(readSettings(), options);
    say(`Done: ${side} × ${side} pixels, ${formatCount(iterations)} iterations at most.`);
  });
}

function showFields(): void {
  const isTexture = chosen('kind') === 'texture';
  byId('texture-fields', HTMLElement).hidden = !isTexture;
  byId('inversion-fields', HTMLElement).hidden = isTexture;
  const power = short(lambdaValue());
  byId('lambda-value', HTMLOutputElement).value = power;
  lambda.setAttribute('aria-valuetext', power);
}

settings.addEventListener('input', showFields);
settings.addEventListener('submit', (event) => {
  event.preventDefault();
  run();
});
for (const radio of samples) {
  radio.addEventListener('change', () => {
    own = undefined;
    forget();
    void runTask('Loading the example', undefined, (options) =>
      showExample(selected('side'), options),
    );
  });
}
watchFiles({
  input: byId('file', HTMLInputElement),
  onFile: (file) => {
    own = file;
    for (const radio of samples) radio.checked = false;
    forget();
    void runTask(`Reading ${file.name}`, undefined, async (options) => {
      await showExample(selected('side'), options);
      say('Read: now make it from noise.');
    });
  },
  onRefusal: showError,
});
downloadButton.addEventListener('click', () => {
  void runTask('Starting', downloadButton, async (options) => {
    const png = await worker.run('encode', undefined, options);
    download(`${stem(nameOf(wanted())).toLowerCase()}-${chosen('kind')}.png`, png);
    say(`Done: ${formatCount(Math.ceil(png.size / 1000))} kB.`);
  });
});
keepInAddress(settings);
showFields();
void startPage().then(() =>
  runOpening('Loading the example', async (options) => {
    await makeIt({ ...readSettings(), ...OPENING }, options, true);
    byId('note', HTMLElement).textContent =
      `A small one to begin with, of ${OPENING.side} × ${OPENING.side} pixels; the button makes one of the size that is chosen.`;
  }),
);
