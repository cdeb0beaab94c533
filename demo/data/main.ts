/** The page: bring a file, choose, cluster, look. */
import { formatCount } from '../../src/cli/format.js';
import { byId, make } from '../shared/dom.js';
import { noticeMissingAdapter } from '../shared/adapter_notice.js';
import { fetchSample, watchFiles } from '../shared/file_input.js';
import irisUrl from '../../test/golden/iris.csv?url';
import type { DataJobs, TableSummary } from './jobs.js';
import { hideResult, showResult } from './result.js';
import { Scatter } from '../shared/scatter.js';
import { offerColumns, readSettings } from './settings.js';
import { reportErrors, runTask, say, showError } from '../shared/task.js';
import { WorkerClient } from '../shared/worker_client.js';

const worker = new WorkerClient<DataJobs>(
  () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
);
const canvas = byId('scatter', HTMLCanvasElement);
const scatter = new Scatter(canvas);
const workspace = byId('workspace', HTMLElement);
const fileFacts = byId('file-facts', HTMLElement);
const clusterButton = byId('cluster', HTMLButtonElement);
const axes = [byId('x-axis', HTMLSelectElement), byId('y-axis', HTMLSelectElement)] as const;

let table: TableSummary | undefined;
let fileName = '';
let labels: Uint32Array | undefined;

function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Offers the columns of numbers as axes; the two that spread most come first. */
function offerAxes({ columns }: TableSummary): void {
  const numeric = [...columns.keys()].filter((at) => columns[at].problem === undefined);
  const widest = [...numeric].sort((a, b) => columns[b].deviation - columns[a].deviation);
  axes.forEach((select, axis) => {
    select.replaceChildren(
      ...numeric.map((at) => make('option', { value: String(at) }, columns[at].name)),
    );
    select.value = String(widest[Math.min(axis, widest.length - 1)]);
  });
}

async function drawScatter(): Promise<void> {
  if (!table) return;
  const { columns } = table;
  const [xAt, yAt] = axes.map(({ value }) => Number(value));
  const [x, y] = await worker.run('readPair', [xAt, yAt]);
  const names = { xName: columns[xAt].name, yName: columns[yAt].name };
  scatter.show({ ...names, x, y, ...(labels && { labels }) });
}

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

function openFile({ name, without, read }: Source): void {
  void runTask(`Reading ${name}`, undefined, async (options) => {
    const file = await read(options.signal);
    table = await worker.run('load', file, { ...options, restores: true });
    fileName = file.name;
    labels = undefined;
    hideResult();
    offerColumns(table, without);
    offerAxes(table);
    const { rows, columns } = table;
    fileFacts.textContent = `${fileName}: ${plural(rows, 'row')}, ${plural(columns.length, 'column')}`;
    workspace.hidden = false;
    await drawScatter();
  });
}

function cluster(): void {
  void runTask('Starting', clusterButton, async (options) => {
    const settings = readSettings();
    const result = await worker.run('cluster', settings, options);
    labels = result.labels;
    showResult(result, settings, fileName);
    await drawScatter();
    // On a phone the picture is further down than the button.
    canvas.scrollIntoView({ block: 'nearest' });
    say(`Done: ${plural(settings.k, 'cluster')}.`);
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
  cluster();
});
for (const select of axes) {
  select.addEventListener('change', () => {
    reportErrors(drawScatter());
  });
}
void noticeMissingAdapter();
