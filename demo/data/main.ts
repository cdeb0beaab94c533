/** The page: bring a file, choose, cluster, look. */
import { formatCount, formatNumber } from '../../src/cli/format.js';
import irisUrl from '../../test/golden/iris.csv?url';
import { isLight, startPage } from '../shared/adapter.js';
import { drawCurve } from '../shared/charts.js';
import { byId } from '../shared/dom.js';
import { download, stem } from '../shared/download.js';
import { fetchSample, watchFiles } from '../shared/file_input.js';
import { keepInAddress } from '../shared/permalink.js';
import { Scatter } from '../shared/scatter.js';
import {
  cancelTask,
  reportErrors,
  runOpening,
  runTask,
  say,
  showError,
  type TaskOptions,
} from '../shared/task.js';
import { type RunOptions, WorkerClient } from '../shared/worker_client.js';
import { offerAxes, readAxes, watchAxes } from './axes.js';
import { equivalentCode } from './code.js';
import type { DataJobs, DataSettings, MethodSettings, TableSummary, View } from './jobs.js';
import { copyCode, hideResult, showCurve, showResult } from './result.js';
import {
  mostSuggested,
  offerColumns,
  readDataSettings,
  readMethod,
  readSettings,
  setK,
  watchSettings,
} from './settings.js';

interface Source {
  readonly name: string;
  /** Columns that are not chosen at first. */
  readonly without: readonly string[];
  readonly read: (signal: AbortSignal) => Promise<File>;
}

/** The classes that the flowers truly have are not what to cluster by. */
const IRIS: Source = {
  name: 'iris.csv',
  without: ['target'],
  read: (signal) => fetchSample(irisUrl, 'iris.csv', signal),
};

/** Characters of a row's text beside its point. */
const MOST_CALLED = 160;

const worker = new WorkerClient<DataJobs>(
  () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
);
const canvas = byId('scatter', HTMLCanvasElement);
const clusterButton = byId('cluster', HTMLButtonElement);
const suggestButton = byId('suggest', HTMLButtonElement);
const gapButton = byId('suggest-gap', HTMLButtonElement);
const suggestion = byId('suggestion', HTMLElement);
const selection = byId('selection', HTMLElement);

let table: TableSummary | undefined;
let fileName = '';
let view: View | undefined;
let labels: Uint32Array | undefined;
let selectedRows: Uint32Array | undefined;
/** Whether a fit or a suggestion is under way. */
let isFitting = false;
let viewing: AbortController | undefined;

const scatter = new Scatter(canvas, {
  fileName: () => stem(fileName),
  describe: describeRow,
  onSelect: showSelection,
});

function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function describeRow(row: number): string {
  const at = view?.rows ? view.rows[row] : row;
  const { called } = table ?? {};
  const lines = [
    ...(called ? [called.values[called.codes[at]].slice(0, MOST_CALLED)] : []),
    `row ${formatCount(at)}`,
  ];
  if (labels) lines[lines.length - 1] += `, cluster ${labels[row]}`;
  if (view) {
    lines.push(`${view.xName}: ${formatNumber(view.x[row])}`);
    lines.push(`${view.yName}: ${formatNumber(view.y[row])}`);
  }
  return lines.join('\n');
}

function showSelection(rows: Uint32Array | undefined): void {
  selectedRows = rows;
  selection.hidden = !rows;
  if (!rows) return;
  const counts: number[] = [];
  if (labels) for (const row of rows) counts[labels[row]] = (counts[labels[row]] ?? 0) + 1;
  const most = Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 8);
  const clusters = most.map(([cluster, count]) => `${formatCount(count)} of cluster ${cluster}`);
  byId('selection-text', HTMLElement).textContent =
    `${plural(rows.length, 'row')} selected${clusters.length > 0 ? `: ${clusters.join(', ')}` : ''}.`;
}

/** Shows the points as the form and the axes have them now. */
async function drawView(
  data: DataSettings,
  options: RunOptions & { readonly signal: AbortSignal },
): Promise<void> {
  viewing?.abort();
  const d = data.columns.length;
  view = await worker.run(
    'view',
    { data, axes: readAxes() },
    { ...options, isLight: isLight((table?.rows ?? 0) * d * d) },
  );
  scatter.show({ ...view, ...(labels && { labels }), ...view.overlays });
}

/** The same in the background, in place of whatever view was still being made. */
function refreshView(): void {
  let data: DataSettings;
  try {
    data = readDataSettings();
  } catch {
    // Settings under way; what is wrong with them is said when they are to be used.
    return;
  }
  const controller = new AbortController();
  reportErrors(drawView(data, { signal: controller.signal }));
  viewing = controller;
}

/** What a fit gave belongs to points or a method that are no longer wanted, or another one has failed. */
function forgetFit(): void {
  if (isFitting) cancelTask();
  labels = undefined;
  hideResult();
  suggestion.hidden = true;
  scatter.update({});
  showSelection(selectedRows);
}

async function load({ without, read }: Source, options: TaskOptions): Promise<void> {
  const file = await read(options.signal);
  table = await worker.run('load', file, { ...options, restores: true });
  fileName = file.name;
  forgetFit();
  offerColumns(table, without);
  offerAxes(table, without);
  const { rows, columns, notes } = table;
  byId('file-facts', HTMLElement).textContent = [
    `${fileName}: ${plural(rows, 'row')}, ${plural(columns.length, 'column')}.`,
    ...notes,
  ].join(' ');
  byId('workspace', HTMLElement).hidden = false;
  await drawView(readDataSettings(), options);
}

function openFile(source: Source): void {
  void runTask(`Reading ${source.name}`, undefined, async (options) => {
    await load(source, options);
    say(`${fileName} is read.`);
  });
}

/** Multiply-adds of an iteration over the table's rows. */
function workOf({ columns }: DataSettings, { method }: MethodSettings, k: number): number {
  const d = columns.length;
  return (table?.rows ?? 0) * k * (method === 'mixture' ? d * d : d);
}

async function fit(options: TaskOptions): Promise<void> {
  if (!table) return;
  const settings = readSettings();
  hideResult();
  await drawView(settings.data, options);
  const history: number[] = [];
  const result = await worker.run(
    'fit',
    { ...settings, axes: readAxes() },
    {
      ...options,
      isLight: isLight(workOf(settings.data, settings.method, settings.k)),
      onUpdate: ({ objective, shown }) => {
        history.push(objective);
        showCurve(settings.method, history);
        if (!shown) return;
        ({ labels } = shown);
        scatter.update(shown, true);
      },
    },
  );
  ({ labels } = result);
  scatter.update(result, settings.live);
  showSelection(selectedRows);
  const { columns } = table;
  const names = settings.data.columns.map((position) => columns[position].name);
  // The missing cells of a file are dealt with here alone.
  showResult(result, settings, names, equivalentCode(settings, table, fileName));
}

async function cluster(): Promise<void> {
  isFitting = true;
  const end = await runTask('Starting', clusterButton, async (options) => {
    // On a phone the picture is above the button.
    canvas.scrollIntoView({ block: 'nearest' });
    await fit(options);
    const wanted = readSettings().k;
    const owning = new Set(labels).size;
    say(
      owning === wanted
        ? `Done: ${plural(wanted, 'cluster')}.`
        : `Done, but only ${formatCount(owning)} of ${plural(wanted, 'cluster')} own rows; choose fewer.`,
    );
  });
  isFitting = false;
  if (end === 'failed') forgetFit();
}

async function suggestK(by: 'elbow' | 'gap'): Promise<void> {
  const button = by === 'gap' ? gapButton : suggestButton;
  isFitting = true;
  const end = await runTask('Trying numbers of clusters', button, async (options) => {
    const method = readMethod();
    const data = readDataSettings();
    const values: number[] = [];
    const mixture = method.method === 'mixture';
    const name = mixture ? 'BIC' : by === 'gap' ? 'Gap' : 'Inertia';
    const place = byId('suggestion-curve', HTMLElement);
    const draw = (shown: ArrayLike<number>) => {
      drawCurve(place, shown, `${name} for each number of clusters`, 'k');
    };
    byId('suggestion-text', HTMLElement).textContent = `${name} for each k`;
    suggestion.hidden = false;
    const { k, rows, ...found } = await worker.run(
      'suggest',
      { data, method, by, most: mostSuggested(), seed: 0 },
      {
        ...options,
        isLight: isLight(workOf(data, method, mostSuggested())),
        onUpdate: (value) => {
          values.push(value);
          draw(values);
        },
      },
    );
    draw(found.values);
    const of = rows < (table?.rows ?? 0) ? ` (of ${plural(rows, 'row')}, evenly taken)` : '';
    const sentences = {
      BIC: `The BIC${of} is lowest at k = ${k}.`,
      Gap: `The gap statistic${of} suggests k = ${k}: so much tighter are its clusters than those of random rows.`,
      Inertia: `The elbow of the inertia${of} is at k = ${k}: more clusters lower it less.`,
    };
    const why = sentences[name];
    byId('suggestion-text', HTMLElement).textContent = why;
    setK(k);
    say(`Suggested: k = ${k}.`);
  });
  isFitting = false;
  // Of one that another has taken the place of, what is shown is that one's.
  if (end === 'cancelled' || end === 'failed') suggestion.hidden = true;
}

function onClick(id: string, act: () => Promise<void> | undefined): void {
  byId(id, HTMLButtonElement).addEventListener('click', () => {
    reportErrors(Promise.resolve(act()));
  });
}

watchFiles({
  input: byId('file', HTMLInputElement),
  onFile: (file) => {
    openFile({ name: file.name, without: [], read: () => Promise.resolve(file) });
  },
  onRefusal: showError,
});
byId('sample', HTMLButtonElement).addEventListener('click', () => {
  openFile(IRIS);
});
byId('settings', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  void cluster();
});
suggestButton.addEventListener('click', () => {
  void suggestK('elbow');
});
gapButton.addEventListener('click', () => {
  void suggestK('gap');
});
watchSettings(() => {
  forgetFit();
  refreshView();
}, forgetFit);
watchAxes(refreshView);
async function downloadRows(name: string, rows: Uint32Array | undefined): Promise<void> {
  download(`${stem(fileName)}-${name}.csv`, await worker.run('exportRows', rows));
}
onClick('download', () => (labels ? downloadRows('labels', undefined) : undefined));
onClick('download-selection', () =>
  selectedRows ? downloadRows('selection', selectedRows) : undefined,
);
onClick('download-model', async () => {
  const model = await worker.run('exportModel', undefined);
  download(`${stem(fileName)}-model.json`, new Blob([model], { type: 'application/json' }));
});
onClick('copy', async () => {
  const how = await copyCode();
  say(how === 'copied' ? 'The code is on the clipboard.' : 'The code is selected: copy it now.');
});
byId('clear-selection', HTMLButtonElement).addEventListener('click', () => {
  scatter.clearSelection();
});
keepInAddress(byId('settings', HTMLFormElement));
void startPage().then(() =>
  runOpening('Reading the sample', async (options) => {
    await load(IRIS, options);
    await fit(options);
  }),
);
