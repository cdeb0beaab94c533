/** What a fit gave: facts, cluster sizes, curve, downloads, code. */
import { formatCount, formatNumber, formatSeconds } from '../../src/cli/format.js';
import { nameEngine } from '../shared/adapter.js';
import { drawCurve } from '../shared/charts.js';
import { byId, make } from '../shared/dom.js';
import { download, stem } from '../shared/download.js';
import { clusterMark } from '../shared/marks.js';
import type { FitResult, FitSettings, MethodSettings } from './jobs.js';

const section = byId('result', HTMLElement);
const facts = byId('facts', HTMLDListElement);
const sizes = byId('sizes', HTMLTableSectionElement);
const code = byId('code', HTMLElement);
const curveSection = byId('progressing', HTMLElement);
const curve = byId('curve', HTMLElement);

/** Rows turned into text before the page gets a turn. */
const BATCH_ROWS = 65_536;

/** What the curve of a method is. */
const CURVES = {
  kmeans: { heading: 'Objective', title: 'Objective at each iteration', fact: 'Inertia' },
  mixture: { heading: 'Lower bound', title: 'Lower bound at each iteration', fact: 'Lower bound' },
} as const;

function fact(name: string, value: string): HTMLElement {
  return make('div', {}, make('dt', {}, name), make('dd', {}, value));
}

export function hideResult(): void {
  section.hidden = true;
  curveSection.hidden = true;
}

/** Draws the objective or bound so far. */
export function showCurve({ method }: MethodSettings, history: ArrayLike<number>): void {
  const { heading, title } = CURVES[method];
  byId('curve-title', HTMLElement).textContent = heading;
  curveSection.hidden = false;
  drawCurve(curve, history, title);
}

export function showResult(
  result: FitResult,
  { data, method }: Omit<FitSettings, 'axes'>,
  equivalent: string,
): void {
  const { labels, counts, objective, iterations, converged, engine, milliseconds } = result;
  const made = [
    `${formatCount(labels.length)} × ${data.columns.length}`,
    ...(data.standardize ? ['standardized'] : []),
    ...(result.explained === undefined
      ? []
      : [
          `${data.components} principal component${data.components === 1 ? '' : 's'} (${(100 * result.explained).toFixed(1)} % of the variance)`,
        ]),
  ];
  facts.replaceChildren(
    fact(CURVES[method.method].fact, formatNumber(objective)),
    fact('Iterations', converged ? String(iterations) : `${iterations}, not converged`),
    fact('Time', formatSeconds(milliseconds)),
    fact('Data', made.join(', ')),
    fact('Ran on', nameEngine(engine)),
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
  showCurve(method, result.history);
  code.textContent = equivalent;
  section.hidden = false;
}

/** Rows (from 0) and their labels, as the command line writes them; without labels, rows only. */
export async function downloadRows(
  name: string,
  rows: ArrayLike<number> | undefined,
  labels: Uint32Array | undefined,
): Promise<void> {
  const count = rows?.length ?? labels?.length ?? 0;
  const parts = [labels ? 'row,label\n' : 'row\n'];
  for (let start = 0; start < count; start += BATCH_ROWS) {
    let text = '';
    for (let i = start; i < Math.min(count, start + BATCH_ROWS); i++) {
      const row = rows ? rows[i] : i;
      text += labels ? `${row},${labels[row]}\n` : `${row}\n`;
    }
    parts.push(text);
    await new Promise((turn) => setTimeout(turn));
  }
  download(`${stem(name)}.csv`, new Blob(parts, { type: 'text/csv' }));
}

/** Puts the shown code on the clipboard, or selects it where the browser does not let a page do so. */
export async function copyCode(): Promise<'copied' | 'selected'> {
  try {
    await navigator.clipboard.writeText(code.textContent);
    return 'copied';
  } catch {
    getSelection()?.selectAllChildren(code);
    return 'selected';
  }
}
