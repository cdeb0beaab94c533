/** The page: bring a file, choose, cluster, look. */
import { formatCount } from '../src/cli/format.js';
import { byId, make } from './dom.js';
import { type Source, watchFiles } from './file_input.js';
import type { TableSummary } from './protocol.js';
import { hideResult, showResult } from './result.js';
import { Scatter } from './scatter.js';
import { offerColumns, readSettings } from './settings.js';
import { runTask, say, showError } from './task.js';
import { WorkerClient } from './worker_client.js';

const worker = new WorkerClient();
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

function openFile(source: Source): void {
  void runTask(`Reading ${source.name}`, undefined, async (options) => {
    const file = await source.read(options.signal);
    table = await worker.run('load', file, options);
    fileName = file.name;
    labels = undefined;
    hideResult();
    offerColumns(table, source.without);
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

watchFiles(openFile, showError);
byId('settings', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  cluster();
});
for (const select of axes) {
  select.addEventListener('change', () => {
    drawScatter().catch((error: unknown) => {
      showError((error as Error).message);
    });
  });
}

void worker.run('findAdapter', undefined).then((found) => {
  byId('no-adapter', HTMLDetailsElement).hidden = found;
  byId('insecure', HTMLElement).hidden = isSecureContext;
});
