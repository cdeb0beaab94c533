/** The page: choose what to learn, watch the map unfold, point at its units. */
import { formatCount, formatNumber, formatSeconds, formatShare } from '../../src/cli/format.js';
import type { GridKind, Neighbourhood } from '../../src/index.js';
import { UnitGrid } from '../../src/math/unit_grid.js';
import digitsUrl from '../digits/digits.png?url';
import chinaUrl from '../palette/china.jpg?url';
import { BEFOREHAND, nameEngine } from '../shared/adapter.js';
import { drawCurves } from '../shared/charts.js';
import { byId } from '../shared/dom.js';
import { showFacts } from '../shared/facts.js';
import { fetchSample } from '../shared/file_input.js';
import { keepInAddress } from '../shared/permalink.js';
import { openPage } from '../shared/opening.js';
import { cancelTask, runTask, say, type TaskOptions } from '../shared/task.js';
import { WorkerClient } from '../shared/worker_client.js';
import { CellPicture } from './cells.js';
import type { Epoch, Errors, MapSettings, MapsJobs, SampleName } from './jobs.js';
import openingUrl from './opening.json?url';
import { colourAt, paintHeights, PAINTS } from './paint.js';

/** What each is learnt from, what one of its rows is, and the map that is offered at first. */
const SAMPLES = {
  colours: { url: chinaUrl, file: 'china.jpg', row: 'pixel', shape: [12, 16] },
  digits: { url: digitsUrl, file: 'digits.png', row: 'image', shape: [8, 12] },
} as const;

const worker = new WorkerClient<MapsJobs>(
  () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
);
const settingsForm = byId('settings', HTMLFormElement);
const learnButton = byId('learn', HTMLButtonElement);
const photograph = byId('photograph', HTMLImageElement);
const unitPlace = byId('unit', HTMLOutputElement);
const unitHint = unitPlace.value;
const pictures = {
  map: new CellPicture(byId('map', HTMLCanvasElement)),
  kMeans: new CellPicture(byId('k-means', HTMLCanvasElement)),
  uMatrix: new CellPicture(byId('u-matrix', HTMLCanvasElement)),
};

/** What the pictures show, once there is something. */
interface Shown {
  readonly sample: SampleName;
  readonly grid: UnitGrid;
  readonly epoch: Epoch;
  /** Rows of each unit, once the map has learnt. */
  readonly hits?: Uint32Array;
}

let shown: Shown | undefined;
/** The unit that is pointed at. */
let pointed: number | undefined;
const files = new Map<SampleName, File>();

function valueOf(id: string): number {
  return byId(id, HTMLInputElement).valueAsNumber;
}

/** The value of what is chosen among radio buttons or in a list. */
function chosen(name: string): string {
  const value = new FormData(settingsForm).get(name);
  return typeof value === 'string' ? value : '';
}

function readSettings(): MapSettings {
  return {
    rows: valueOf('rows'),
    columns: valueOf('columns'),
    grid: chosen('grid') as GridKind,
    torus: byId('torus', HTMLInputElement).checked,
    neighbourhood: chosen('neighbourhood') as Neighbourhood,
    radius: [valueOf('radius-from'), valueOf('radius-to')],
    epochs: valueOf('epochs'),
    init: chosen('init') as MapSettings['init'],
    seed: valueOf('seed'),
  };
}

/** Offers a map for the sample that is chosen. */
function offerShape(): void {
  const sample = chosen('sample') as SampleName;
  photograph.hidden = sample !== 'colours';
  const [rows, columns] = SAMPLES[sample].shape;
  const offered = { rows, columns, 'radius-from': columns / 2 };
  for (const [id, value] of Object.entries(offered)) {
    byId(id, HTMLInputElement).value = String(value);
  }
}

/** Takes away all that is of what was learnt before. */
function clear(): void {
  shown = undefined;
  pointAt(undefined);
  byId('curves', HTMLElement).replaceChildren();
  const facts = byId('facts', HTMLElement);
  facts.replaceChildren();
  facts.hidden = true;
  byId('map', HTMLCanvasElement).ariaLabel = 'The map, not learnt yet';
  byId('k-means', HTMLCanvasElement).ariaLabel = 'Centroids, not learnt yet';
  showBlank();
}

/** Shows the grid that is chosen, as long as nothing has been learnt. */
function showBlank(): void {
  if (shown || !settingsForm.checkValidity()) return;
  const grid = new UnitGrid(readSettings());
  for (const picture of Object.values(pictures)) picture.show(grid);
}

function showEpoch(sample: SampleName, settings: MapSettings, epoch: Epoch): void {
  const grid = new UnitGrid(settings);
  shown = { sample, grid, epoch };
  const { map, kMeans, uMatrix } = epoch;
  pictures.map.show(grid, PAINTS[sample](map.weights));
  pictures.kMeans.show(grid, PAINTS[sample](kMeans.weights));
  pictures.uMatrix.show(grid, paintHeights(uMatrix));
  const { rows, columns } = settings;
  const of = sample === 'colours' ? 'colours' : 'digits';
  byId('map', HTMLCanvasElement).ariaLabel =
    `Self-organizing map of ${rows} × ${columns} ${of} after epoch ${epoch.epoch}`;
  byId('k-means', HTMLCanvasElement).ariaLabel =
    `The ${rows * columns} centroids of K-means as ${of}, in no order`;
}

function showNumbers(settings: MapSettings, { epoch, radius }: Epoch, errors?: Errors): void {
  const once = (text: string | undefined) => text ?? '–';
  const here = errors?.engine === BEFOREHAND ? undefined : errors;
  showFacts(byId('facts', HTMLElement), {
    Epoch: `${epoch} of ${settings.epochs}`,
    Radius: radius.toFixed(2),
    'Quantization error': once(errors && formatNumber(errors.quantizationError)),
    'That of K-means': once(errors && formatNumber(errors.kMeansError)),
    'Topographic error': once(errors && formatShare(errors.topographicError)),
    'Ran on': once(errors && nameEngine(errors.engine)),
    'Time of the map': once(here && formatSeconds(here.milliseconds)),
    'Time of K-means': once(here && formatSeconds(here.kMeansMilliseconds)),
  });
}

/** @param isKept whether what is shown stays until there is something to take its place */
async function learn(options: TaskOptions, isOpening = false, isKept = false): Promise<string> {
  const sample = chosen('sample') as SampleName;
  const settings = readSettings();
  const { url, file: name, row } = SAMPLES[sample];
  const file = files.get(sample) ?? (await fetchSample(url, name, options.signal));
  files.set(sample, file);
  const n = await worker.run('load', { name: sample, file }, { ...options, restores: true });
  const epochs: Epoch[] = [];
  if (!isKept) clear();
  const errors = await worker.run(
    'learn',
    { ...settings, isOpening },
    {
      ...options,
      isLight: isOpening,
      onUpdate: (epoch) => {
        epochs.push(epoch);
        showEpochs(sample, settings, epochs);
      },
    },
  );
  showLearnt(settings, epochs, errors);
  return `Done: the map has learnt ${formatCount(n)} ${row}s.`;
}

/** The last of the epochs so far, and the curves of all. */
function showEpochs(sample: SampleName, settings: MapSettings, epochs: readonly Epoch[]): void {
  const last = epochs[epochs.length - 1];
  showEpoch(sample, settings, last);
  showNumbers(settings, last);
  pointAt(pointed);
  const curves = [
    { name: 'Map', values: epochs.map(({ map }) => Math.sqrt(map.meanSquare)) },
    { name: 'K-means', values: epochs.map(({ kMeans }) => Math.sqrt(kMeans.meanSquare)) },
  ];
  const title = 'Root mean squared distance at each epoch, of the map and of K-means';
  drawCurves(byId('curves', HTMLElement), curves, title, 'epoch');
}

function showLearnt(settings: MapSettings, epochs: readonly Epoch[], errors: Errors): void {
  showNumbers(settings, epochs[epochs.length - 1], errors);
  shown = { ...shown!, hits: errors.hits };
  pointAt(pointed);
}

/** Says what a unit is, and rings it. */
function pointAt(unit: number | undefined): void {
  pointed = shown && unit !== undefined && unit < shown.grid.units ? unit : undefined;
  pictures.map.mark(pointed);
  pictures.uMatrix.mark(pointed);
  unitPlace.value = pointed === undefined ? unitHint : describe(shown!, pointed);
}

function describe({ sample, grid, hits, epoch: { map, uMatrix } }: Shown, unit: number): string {
  const row = grid.row(unit);
  const owned = (rows: number) =>
    `nearest to ${formatCount(rows)} ${SAMPLES[sample].row}${rows === 1 ? '' : 's'}`;
  const parts = [
    `Row ${row + 1}, column ${unit - row * grid.shape.columns + 1}`,
    ...(sample === 'colours' ? [colourAt(map.weights, unit)] : []),
    ...(hits ? [owned(hits[unit])] : []),
    `${uMatrix[unit].toFixed(1)} from the units around it`,
  ];
  return `${parts.join(' · ')}.`;
}

settingsForm.addEventListener('submit', (event) => {
  event.preventDefault();
  void runTask('Loading the sample', learnButton, async (options) => {
    say(await learn(options));
  });
});
byId('sample', HTMLFieldSetElement).addEventListener('input', () => {
  // What is being learnt is of the other sample.
  cancelTask();
  offerShape();
  clear();
});
settingsForm.addEventListener('input', showBlank);
pictures.map.watch(pointAt);
pictures.uMatrix.watch(pointAt);
keepInAddress(settingsForm);
photograph.src = chinaUrl;
showBlank();
void openPage<MapsJobs>({
  recording: openingUrl,
  show: ({ learn: { updates, output } }) => {
    showEpochs('colours', readSettings(), updates);
    showLearnt(readSettings(), updates, output);
  },
  title: 'Loading the sample',
  compute: async (options, isShown) => {
    await learn(options, true, isShown);
  },
});
