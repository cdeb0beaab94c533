/** What a fit gave: facts, cluster sizes, objective curve, labels to download. */
import { formatCount, formatNumber, formatSeconds } from '../../src/cli/format.js';
import { drawCurve } from '../shared/charts.js';
import { byId, make } from '../shared/dom.js';
import { download, stem } from '../shared/download.js';
import { clusterMark } from '../shared/marks.js';
import type { ClusterResult, ClusterSettings } from './jobs.js';

const section = byId('result', HTMLElement);
const facts = byId('facts', HTMLDListElement);
const sizes = byId('sizes', HTMLTableSectionElement);
const curve = byId('curve', HTMLElement);
const downloadButton = byId('download', HTMLButtonElement);

/** Rows turned into text before the page gets a turn. */
const BATCH_ROWS = 65_536;

let shown: { readonly labels: Uint32Array; readonly fileName: string } | undefined;

function fact(name: string, value: string): HTMLElement {
  return make('div', {}, make('dt', {}, name), make('dd', {}, value));
}

export function hideResult(): void {
  section.hidden = true;
  shown = undefined;
}

/** @param fileName what the labels' file is to be called after */
export function showResult(
  result: ClusterResult,
  { columns, standardize }: ClusterSettings,
  fileName: string,
): void {
  const { labels, counts, inertia, iterations, converged, history, engine, milliseconds } = result;
  shown = { labels, fileName };
  facts.replaceChildren(
    fact('Inertia', formatNumber(inertia)),
    fact('Iterations', converged ? String(iterations) : `${iterations}, not converged`),
    fact('Time', formatSeconds(milliseconds)),
    fact(
      'Data',
      `${formatCount(labels.length)} × ${columns.length}${standardize ? ', standardized' : ''}`,
    ),
    fact('Adapter', engine === 'cpu' ? 'none: ran on the CPU' : engine),
  );
  sizes.replaceChildren(
    ...Array.from(counts, (count, cluster) =>
      make(
        'tr',
        {},
        make('th', { scope: 'row' }, clusterMark(cluster), ` ${cluster}`),
        make('td', {}, formatCount(count)),
        make('td', {}, `${((100 * count) / labels.length).toFixed(1)} %`),
      ),
    ),
  );
  drawCurve(curve, history, 'Objective at each iteration');
  section.hidden = false;
}

/** Two columns, as the command line writes them: row (from 0) and label. */
async function labelsCsv(labels: Uint32Array): Promise<Blob> {
  const parts = ['row,label\n'];
  for (let start = 0; start < labels.length; start += BATCH_ROWS) {
    const batch = labels.subarray(start, start + BATCH_ROWS);
    parts.push(Array.from(batch, (label, i) => `${start + i},${label}\n`).join(''));
    await new Promise((turn) => setTimeout(turn));
  }
  return new Blob(parts, { type: 'text/csv' });
}

downloadButton.addEventListener('click', () => {
  if (!shown) return;
  const { labels, fileName } = shown;
  void labelsCsv(labels).then((blob) => {
    download(`${stem(fileName)}-labels.csv`, blob);
  });
});
