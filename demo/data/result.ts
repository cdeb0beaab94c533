/** What a fit gave: facts, cluster sizes, curve, downloads, code. */
import { furthest } from '../../src/cli/cluster_profiles.js';
import { formatCount, formatNumber, formatSeconds } from '../../src/cli/format.js';
import { nameEngine } from '../shared/adapter.js';
import { drawCurve } from '../shared/charts.js';
import { byId, make } from '../shared/dom.js';
import { clusterMark } from '../shared/marks.js';
import type { FitResult, FitSettings, MethodSettings } from './jobs.js';

const section = byId('result', HTMLElement);
const facts = byId('facts', HTMLDListElement);
const sizes = byId('sizes', HTMLTableSectionElement);
const code = byId('code', HTMLElement);
const curveSection = byId('progressing', HTMLElement);
const curve = byId('curve', HTMLElement);

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

/** More columns are left out, those that set the clusters apart least. */
const MOST_COLUMNS = 8;

/** How many rows each cluster has, and what sets it apart. `names` are those of the columns clustered by. */
function showProfiles({ profiles, labels }: FitResult, names: readonly string[]): void {
  const isTold = profiles.length > 1;
  const shown = isTold
    ? [...new Set(profiles.flatMap(furthest))].sort((a, b) => a - b).slice(0, MOST_COLUMNS)
    : [];
  const head = (text: string) => make('th', { scope: 'col' }, text);
  byId('profile-head', HTMLTableRowElement).replaceChildren(
    ...['Cluster', 'Rows', 'Share', ...shown.map((j) => names[j]), 'Typical rows'].map(head),
  );
  sizes.replaceChildren(
    ...profiles.map(({ cluster, rows, means, above, typicalRows }) =>
      make(
        'tr',
        {},
        make('th', { scope: 'row' }, clusterMark(cluster), ` ${cluster}`),
        make('td', {}, formatCount(rows)),
        make('td', {}, `${((100 * rows) / labels.length).toFixed(1)} %`),
        ...shown.map((j) => {
          if (rows === 0) return make('td', {}, '–');
          const by = `${above[j] > 0 ? '+' : ''}${above[j].toFixed(1).replace('-', '−')} sd`;
          const isFar = Math.abs(above[j]) >= 1;
          const mean = String(Number(means[j].toPrecision(4)));
          return make('td', { className: isFar ? 'far' : '' }, mean, make('small', {}, by));
        }),
        make('td', {}, typicalRows.map(formatCount).join(', ')),
      ),
    ),
  );
}

export function showResult(
  result: FitResult,
  { data, method }: Omit<FitSettings, 'axes'>,
  names: readonly string[],
  equivalent: string,
): void {
  const { labels, objective, iterations, converged, engine, milliseconds } = result;
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
  showProfiles(result, names);
  showCurve(method, result.history);
  code.textContent = equivalent;
  section.hidden = false;
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
