/** The form: which columns, how many clusters, and how. */
import type { CovarianceType, Metric } from '../../src/index.js';
import { byId, make } from '../shared/dom.js';
import type { DataSettings, FitSettings, MethodSettings, Missing, TableSummary } from './jobs.js';

const form = byId('settings', HTMLFormElement);
const list = byId('column-list', HTMLUListElement);
const standardize = byId('standardize', HTMLInputElement);
const reduce = byId('reduce', HTMLInputElement);
const reduction = byId('reduction', HTMLElement);
const components = byId('components', HTMLInputElement);
const missingCells = byId('missing', HTMLSelectElement);
const method = byId('method', HTMLSelectElement);
const metric = byId('metric', HTMLSelectElement);
const covariance = byId('covariance', HTMLSelectElement);
const k = byId('k', HTMLInputElement);
const seed = byId('seed', HTMLInputElement);
const live = byId('live', HTMLInputElement);

/** The largest k that is suggested. */
const MOST_SUGGESTED = 10;

let boxes: readonly HTMLInputElement[] = [];
let rows = 0;

/** Offers the table's columns; chosen are those of numbers that are not put aside or in `without`. */
export function offerColumns(table: TableSummary, without: readonly string[]): void {
  const items = table.columns.map(({ name, problem, aside, missing }, position) => {
    const box = make('input', {
      type: 'checkbox',
      value: String(position),
      disabled: problem !== undefined,
      checked: problem === undefined && !aside && !without.includes(name),
    });
    const said =
      problem !== undefined
        ? `cannot be used: ${problem}`
        : [
            ...(aside === 'name' ? ['numbers or names the rows'] : []),
            ...(missing > 0 ? [`${missing} cell${missing === 1 ? '' : 's'} missing`] : []),
          ].join(', ');
    const why = said === '' ? [] : [make('small', {}, said)];
    const label = make('label', { className: 'check' }, box, make('span', {}, name, ...why));
    return { box, item: make('li', {}, label) };
  });
  boxes = items.map(({ box }) => box);
  list.replaceChildren(...items.map(({ item }) => item));
  rows = table.rows;
  byId('missing-field', HTMLElement).hidden = !table.columns.some((column) => column.missing > 0);
  k.max = String(rows);
  adapt();
}

/** Fields that do not apply are hidden, and the most that can be is kept up to date. */
function adapt(): void {
  reduction.hidden = !reduce.checked;
  components.disabled = !reduce.checked;
  components.max = String(Math.max(1, Math.min(rows, chosenColumns().length)));
  byId('kmeans-settings', HTMLElement).hidden = method.value !== 'kmeans';
  byId('mixture-settings', HTMLElement).hidden = method.value !== 'mixture';
  // The gap statistic compares Euclidean distances.
  byId('suggest-gap', HTMLButtonElement).hidden =
    method.value !== 'kmeans' || metric.value === 'cosine';
}

function chosenColumns(): number[] {
  return boxes.filter(({ checked }) => checked).map(({ value }) => Number(value));
}

/** How points are to be made. Throws Error with a sentence for people where that cannot be. */
export function readDataSettings(): DataSettings {
  const columns = chosenColumns();
  if (columns.length === 0) throw new Error('Choose at least one column to cluster by.');
  const most = Math.min(rows, columns.length);
  const wanted = components.valueAsNumber;
  if (reduce.checked && !(wanted >= 1 && wanted <= most)) {
    throw new Error(
      `Keep from 1 to ${most} principal components: there are ${columns.length} columns and ${rows} rows.`,
    );
  }
  return {
    columns,
    standardize: standardize.checked,
    missing: missingCells.value as Missing,
    components: reduce.checked ? wanted : 0,
  };
}

export function readMethod(): MethodSettings {
  return method.value === 'kmeans'
    ? { method: 'kmeans', metric: metric.value as Metric }
    : { method: 'mixture', covarianceType: covariance.value as CovarianceType };
}

/** What the form says. Throws Error with a sentence for people where that cannot be. */
export function readSettings(): Omit<FitSettings, 'axes'> {
  return {
    data: readDataSettings(),
    method: readMethod(),
    k: k.valueAsNumber,
    seed: seed.valueAsNumber,
    live: live.checked,
  };
}

/** The largest k to try. */
export function mostSuggested(): number {
  return Math.min(MOST_SUGGESTED, rows);
}

export function setK(value: number): void {
  k.value = String(value);
  k.dispatchEvent(new Event('change', { bubbles: true }));
}

/** Tells when other points are wanted (other columns, standardized or reduced), and when another method is. */
export function watchSettings(onPoints: () => void, onMethod: () => void): void {
  form.addEventListener('change', ({ target }) => {
    adapt();
    const changed = target as HTMLElement;
    const points = [standardize, reduce, components, missingCells] as readonly HTMLElement[];
    const methods = [method, metric, covariance] as readonly HTMLElement[];
    if (points.includes(changed) || list.contains(changed)) onPoints();
    else if (methods.includes(changed)) onMethod();
  });
  const checkAll = (checked: boolean) => () => {
    for (const box of boxes) if (!box.disabled) box.checked = checked;
    adapt();
    onPoints();
  };
  byId('all-columns', HTMLButtonElement).addEventListener('click', checkAll(true));
  byId('no-columns', HTMLButtonElement).addEventListener('click', checkAll(false));
}
