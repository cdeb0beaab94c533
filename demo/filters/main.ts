/** The page: bring a photograph, choose or make a filter, look, keep. */
import { formatCount, formatSeconds } from '../../src/cli/format.js';
import type { Border, FilterName } from '../../src/index.js';
import { FILTER_KERNELS } from '../../src/methods/image_filters/kernels.js';
import chinaUrl from '../palette/china.jpg?url';
import { isLight, nameEngine, startPage } from '../shared/adapter.js';
import { byId, make } from '../shared/dom.js';
import { download, stem } from '../shared/download.js';
import { showFacts } from '../shared/facts.js';
import { fetchSample, watchFiles } from '../shared/file_input.js';
import { keepInAddress } from '../shared/permalink.js';
import { drawShown } from '../shared/shown.js';
import { runOpening, runTask, say, showError, type TaskOptions } from '../shared/task.js';
import { WorkerClient } from '../shared/worker_client.js';
import type { Filtered, FiltersJobs, ShownAs } from './jobs.js';

const SIDE = 3;
/** How far sliders go on either side of 0. */
const MOST = 10;
/** A filter that is followed by another one within this time is passed over. */
const SETTLE_MS = 40;
/** The opening's: all edges at once. */
const FIRST: FilterName = 'edge3';
const OWN = 'own';

const NAMES: Readonly<Record<FilterName | typeof OWN, string>> = {
  identity: 'Identity',
  edge1: 'Edges 1',
  edge2: 'Edges 2',
  edge3: 'Edges 3',
  sharpen: 'Sharpen',
  box: 'Box blur',
  own: 'Your own',
};

const worker = new WorkerClient<FiltersJobs>(
  () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
);
const settings = byId('settings', HTMLFormElement);
const border = byId('border', HTMLSelectElement);
const shownAs = byId('shown-as', HTMLSelectElement);
const downloadButton = byId('download', HTMLButtonElement);

let fileName = '';
/** Of the photograph. */
let pixels = 0;
let settling: ReturnType<typeof setTimeout> | undefined;

const radios = Object.entries(NAMES).map(([value, name]) => {
  const radio = make('input', { type: 'radio', name: 'filter', value });
  radio.defaultChecked = value === FIRST;
  byId('filters', HTMLFieldSetElement).append(make('label', {}, radio, name));
  return radio;
});

/** A number and a slider for each weight, row by row. */
const cells = Array.from({ length: SIDE * SIDE }, (_, at) => {
  const where = `row ${Math.floor(at / SIDE) + 1}, column ${(at % SIDE) + 1}`;
  const number = make('input', {
    ...{ type: 'number', id: `w${at}`, step: 'any', required: true, ariaLabel: `Weight, ${where}` },
    defaultValue: String(weightsOf(FIRST)[at]),
  });
  const slider = make('input', {
    ...{ type: 'range', min: String(-MOST), max: String(MOST), step: '0.05' },
    ariaLabel: `Slider, ${where}`,
  });
  byId('kernel', HTMLFieldSetElement).append(make('div', {}, number, slider));
  return { number, slider };
});

function weightsOf(name: FilterName): readonly number[] {
  return FILTER_KERNELS[name].flat();
}

const chosen = () => radios.find(({ checked }) => checked)!.value as keyof typeof NAMES;

/** As they are meant: a ninth is one, though three digits of it are shown. */
function weights(): readonly number[] {
  const name = chosen();
  return name === OWN ? cells.map(({ number }) => number.valueAsNumber) : weightsOf(name);
}

function showWeights(values: readonly number[]): void {
  cells.forEach(({ number, slider }, at) => {
    number.value = String(Number(values[at].toPrecision(4)));
    slider.value = String(values[at]);
  });
}

function showSum(): void {
  const sum = weights().reduce((all, weight) => all + weight, 0);
  byId('sum', HTMLOutputElement).value = String(Number(sum.toPrecision(4)));
  byId('normalize', HTMLButtonElement).disabled = Math.abs(sum) < 1e-6 || Math.abs(sum - 1) < 1e-6;
}

function showFiltered({ shown, range, engine, milliseconds }: Filtered): void {
  const canvas = byId('filtered', HTMLCanvasElement);
  drawShown(canvas, shown);
  canvas.ariaLabel = `The photograph under the filter ${NAMES[chosen()]}`;
  const [least, most] = range.map((value) => String(Number(value.toPrecision(4))));
  showFacts(byId('facts', HTMLElement), {
    Filter: NAMES[chosen()],
    Results: `${least} to ${most}`,
    'Ran on': nameEngine(engine),
    Time: formatSeconds(milliseconds),
  });
  downloadButton.disabled = false;
}

async function filter(options: TaskOptions): Promise<void> {
  const choice = {
    weights: weights(),
    border: border.value as Border,
    shownAs: shownAs.value as ShownAs,
  };
  const light = isLight(3 * SIDE * SIDE * pixels);
  showFiltered(await worker.run('filter', choice, { ...options, isLight: light }));
}

type Read = (signal: AbortSignal) => Promise<File>;

const readSample: Read = (signal) => fetchSample(chinaUrl, 'china.jpg', signal);

async function load(read: Read, options: TaskOptions): Promise<void> {
  const file = await read(options.signal);
  const picture = await worker.run('load', file, { ...options, restores: true });
  const { width, height } = picture;
  fileName = file.name;
  pixels = width * height;
  byId('file-facts', HTMLElement).textContent =
    `${fileName}: ${formatCount(width)} × ${formatCount(height)} pixels.` +
    (picture.isTransparent ? ' What is transparent lies on white.' : '');
  drawShown(byId('original', HTMLCanvasElement), picture.shown);
  forget();
  await filter(options);
}

/** What is shown is not what is chosen. */
function forget(): void {
  downloadButton.disabled = true;
  byId('facts', HTMLElement).hidden = true;
  const canvas = byId('filtered', HTMLCanvasElement);
  canvas.getContext('2d')!.clearRect(0, 0, canvas.width, canvas.height);
  canvas.ariaLabel = 'Nothing filtered yet';
}

function openFile(name: string, read: Read): void {
  clearTimeout(settling);
  void runTask(`Reading ${name}`, undefined, async (options) => {
    await load(read, options);
    say(`Done: ${NAMES[chosen()]}.`);
  });
}

/** Filters anew once the choice has settled. */
function choose(): void {
  clearTimeout(settling);
  showSum();
  if (!settings.checkValidity() || pixels === 0) return;
  settling = setTimeout(() => {
    void runTask('Filtering', undefined, async (options) => {
      await filter(options);
      say(`Done: ${NAMES[chosen()]}.`);
    }).then((end) => {
      if (end === 'cancelled' || end === 'failed') forget();
    });
  }, SETTLE_MS);
}

/** From the filter that is shown, however it came to be, on to one of the visitor's own. */
function makeOwn(): void {
  radios.find(({ value }) => value === OWN)!.checked = true;
}

for (const radio of radios) {
  radio.addEventListener('change', () => {
    const name = chosen();
    if (name !== OWN) showWeights(weightsOf(name));
    choose();
  });
}
for (const { number, slider } of cells) {
  number.addEventListener('input', () => {
    makeOwn();
    if (number.checkValidity()) slider.value = number.value;
    choose();
  });
  slider.addEventListener('input', () => {
    makeOwn();
    number.value = slider.value;
    choose();
  });
}
byId('normalize', HTMLButtonElement).addEventListener('click', () => {
  const values = weights();
  const sum = values.reduce((all, weight) => all + weight, 0);
  makeOwn();
  showWeights(values.map((weight) => weight / sum));
  settings.dispatchEvent(new Event('change'));
  choose();
});
for (const select of [border, shownAs]) select.addEventListener('change', choose);
settings.addEventListener('submit', (event) => {
  event.preventDefault();
});
watchFiles({
  input: byId('file', HTMLInputElement),
  onFile: (file) => {
    openFile(file.name, () => Promise.resolve(file));
  },
  onRefusal: showError,
});
byId('sample', HTMLButtonElement).addEventListener('click', () => {
  openFile('china.jpg', readSample);
});
downloadButton.addEventListener('click', () => {
  void runTask('Starting', downloadButton, async (options) => {
    const png = await worker.run('encode', undefined, options);
    download(`${stem(fileName)}-${chosen()}.png`, png);
    say(`Done: ${formatCount(Math.ceil(png.size / 1000))} kB.`);
  });
});
keepInAddress(settings);
const opening = chosen();
showWeights(opening === OWN ? weights() : weightsOf(opening));
showSum();
void startPage().then(() =>
  runOpening('Reading the sample', (options) => load(readSample, options)),
);
