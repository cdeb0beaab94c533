/** The page: choose workloads and contenders, measure one after the other, look, copy. */
import type { Ceiling } from '../../bench/ceiling.js';
import { CONTENDERS, OURS } from '../../bench/contenders/registry.js';
import type { Measured } from '../../bench/measure.js';
import { buildRows, type Measurement, type Row } from '../../bench/rows.js';
import { SYNTHETIC, titleOf } from '../../bench/sources.js';
import { figure, formatCeiling, formatTable } from '../../bench/table.js';
import { shapeOf } from '../../bench/workload.js';
import { findAdapter, startPage } from '../shared/adapter.js';
import { byId, make } from '../shared/dom.js';
import { download } from '../shared/download.js';
import { showFacts } from '../shared/facts.js';
import { keepInAddress } from '../shared/permalink.js';
import { reportErrors, runTask, say, showError, type TaskOptions } from '../shared/task.js';
import { WorkerClient } from '../shared/worker_client.js';
import {
  type AskedWorkload,
  type BenchJobs,
  type EffortName,
  HERE,
  type Reference,
} from './jobs.js';
import { showRows } from './view.js';

/** A contender that takes longer on one workload is cut off. */
const LIMIT_MS = 120_000;
/** What a contender left on the adapter may take so long to end. */
const SETTLE_MS = 30_000;
const CHOSEN_AT_FIRST = ['blobs', 'colours'];

const worker = new WorkerClient<BenchJobs>(
  () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
);
const share = byId('share', HTMLSelectElement);
const effort = byId('effort', HTMLSelectElement);
const json = byId('json', HTMLElement);
const asText = byId('text', HTMLElement);

function offer(place: string, value: string, text: string, checked: boolean): void {
  const box = make('input', { type: 'checkbox', value, checked });
  byId(place, HTMLFieldSetElement).append(
    make('label', { className: 'check' }, box, make('span', {}, text)),
  );
}

const chosen = (place: string) =>
  Array.from(
    byId(place, HTMLFieldSetElement).querySelectorAll<HTMLInputElement>('input:checked'),
    ({ value }) => value,
  );

/** Measures a contender in a worker of its own, which is ended with it. */
async function measureOne(
  contender: string,
  workload: AskedWorkload,
  reference: Reference,
  { signal }: TaskOptions,
): Promise<Measurement> {
  const limit = AbortSignal.timeout(LIMIT_MS);
  let figures: Measured = {};
  const onUpdate = (known: Measured) => {
    figures = { ...figures, ...known };
  };
  try {
    const options = { signal: AbortSignal.any([signal, limit]), onUpdate };
    return await worker.run(
      'measure',
      { contender, workload, reference, effort: effort.value as EffortName },
      options,
    );
  } catch (error) {
    signal.throwIfAborted();
    const problem = limit.aborted ? `cut off after ${LIMIT_MS / 1000} s` : (error as Error).message;
    // Nothing is said of an objective that was not looked at, and no time without one.
    const { first } = figures;
    return {
      workload: { ...shapeOf({ ...SYNTHETIC[workload.name], title: reference.title }) },
      contender,
      on: HERE,
      figures: first === undefined ? {} : { first },
      problem,
    };
  } finally {
    worker.close();
  }
}

/**
 * Waits until the adapter is free again: a kernel that was cut off still runs there.
 *
 * @throws Error when it stays busy, as then nothing else can be measured
 */
async function settle(contender: string, { signal }: TaskOptions): Promise<void> {
  const limit = AbortSignal.timeout(SETTLE_MS);
  try {
    await worker.run('settle', undefined, { signal: AbortSignal.any([signal, limit]) });
  } catch (error) {
    if (!limit.aborted) throw error;
    throw new Error(
      `${contender} was cut off but still holds the adapter, so nothing more was measured. ` +
        `Restart the browser, and leave ${contender} out.`,
      { cause: error },
    );
  } finally {
    worker.close();
  }
}

/** What mixtures are held to: ours, as there is no reference of their own here. */
function withReference(measurements: readonly Measurement[]): readonly Measurement[] {
  return measurements.map((measurement) => {
    if (measurement.workload.method !== 'mixture') return measurement;
    const { name } = measurement.workload;
    const ours = measurements.find((m) => m.contender === OURS && m.workload.name === name);
    return ours?.objective === undefined
      ? measurement
      : { ...measurement, reference: ours.objective };
  });
}

function show(adapter: string, ceiling: Ceiling, measurements: readonly Measurement[]): void {
  const rows: Row[] = buildRows(withReference(measurements), { [HERE]: ceiling });
  showRows(byId('tables', HTMLElement), rows);
  const result = {
    adapter,
    userAgent: navigator.userAgent,
    share: share.value,
    effort: effort.value,
    ceiling,
    rows,
  };
  json.textContent = JSON.stringify(result, null, 2);
  // Between fences, an issue keeps the columns.
  asText.textContent = [
    '```',
    formatCeiling(HERE, adapter, ceiling),
    `${navigator.userAgent}; ${share.value} of the rows, ${effort.value}`,
    '',
    formatTable(rows, [HERE]),
    '```',
  ].join('\n');
}

async function run(options: TaskOptions): Promise<void> {
  const workloads = chosen('workloads').map((name): AskedWorkload => ({
    name: name as AskedWorkload['name'],
    share: Number(share.value),
  }));
  if (workloads.length === 0) throw new Error('Choose at least one workload.');
  const peers = chosen('contenders');
  const contendersOf = ({ name }: AskedWorkload) =>
    CONTENDERS.filter(
      (contender) =>
        contender.methods.includes(SYNTHETIC[name].method) &&
        (contender.name === OURS || peers.includes(contender.name)),
    );
  const max = 1 + workloads.reduce((sum, workload) => sum + 1 + contendersOf(workload).length, 0);
  let value = 0;
  const tell = (text: string) => {
    options.onProgress({ value: value++, max, text });
  };
  byId('result', HTMLElement).hidden = true;
  tell('Measuring what the adapter can do at most');
  const { adapter, ceiling } = await worker.run('ceiling', effort.value as EffortName, options);
  worker.close();
  showFacts(byId('facts', HTMLElement), {
    Adapter: adapter,
    'Multiply-adds': `${figure(ceiling.flopsPerSecond / 1e9)} GFLOP/s`,
    'Storage reads': `${figure(ceiling.wideStorageBytesPerSecond / 1e9)} GB/s`,
    'Workgroup memory': `${figure(ceiling.workgroupBytesPerSecond / 1e9)} GB/s`,
  });
  byId('tables', HTMLElement).replaceChildren();
  byId('result', HTMLElement).hidden = false;
  const measurements: Measurement[] = [];
  for (const workload of workloads) {
    const { what } = SYNTHETIC[workload.name];
    tell(`Making the data: ${what}`);
    const reference = await worker.run('refer', workload, options);
    for (const { name } of contendersOf(workload)) {
      tell(`${reference.title}: ${name}`);
      const measurement = await measureOne(name, workload, reference, options);
      measurements.push(measurement);
      show(adapter, ceiling, measurements);
      if (measurement.problem !== undefined) await settle(name, options);
    }
  }
  say(`Done: ${measurements.length} measurement${measurements.length === 1 ? '' : 's'}.`);
}

async function start(): Promise<void> {
  for (const { name, what, method, n, d, k } of Object.values(SYNTHETIC)) {
    offer('workloads', name, titleOf(what, method, n, d, k), CHOSEN_AT_FIRST.includes(name));
  }
  for (const { name, place } of CONTENDERS) {
    if (place === 'adapter' && name !== OURS) offer('contenders', name, name, true);
  }
  keepInAddress(byId('settings', HTMLFormElement));
  const kind = await findAdapter();
  if (kind === 'none') {
    byId('run', HTMLButtonElement).disabled = true;
    showError('There is nothing to measure: this browser gives the page no WebGPU adapter.');
  } else if (kind === 'gpu') share.value = '1';
  await startPage();
}

byId('settings', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  void runTask('Starting', byId('run', HTMLButtonElement), run);
});
/** Puts what `from` shows on the clipboard, or selects it where the browser does not allow that. */
function copy(from: HTMLElement, what: string): void {
  navigator.clipboard.writeText(from.textContent).then(
    () => {
      say(`The ${what} is on the clipboard.`);
    },
    () => {
      from.closest('details')!.open = true;
      getSelection()?.selectAllChildren(from);
      say(`The ${what} is selected: copy it now.`);
    },
  );
}
byId('copy-text', HTMLButtonElement).addEventListener('click', () => {
  copy(asText, 'text');
});
byId('copy', HTMLButtonElement).addEventListener('click', () => {
  copy(json, 'JSON');
});
byId('download', HTMLButtonElement).addEventListener('click', () => {
  download('bench.json', new Blob([json.textContent], { type: 'application/json' }));
});
reportErrors(start());
