/** The form: which columns, how many clusters, and how. */
import type { Metric } from '../../src/index.js';
import { byId, make } from '../shared/dom.js';
import type { ClusterSettings, TableSummary } from './jobs.js';

const list = byId('column-list', HTMLUListElement);
const k = byId('k', HTMLInputElement);
const metric = byId('metric', HTMLSelectElement);
const seed = byId('seed', HTMLInputElement);
const standardize = byId('standardize', HTMLInputElement);

let boxes: readonly HTMLInputElement[] = [];

/** Offers the table's columns. All that hold numbers are chosen but those named in `without`. */
export function offerColumns({ columns, rows }: TableSummary, without: readonly string[]): void {
  const items = columns.map(({ name, problem }, position) => {
    const box = make('input', {
      type: 'checkbox',
      value: String(position),
      disabled: problem !== undefined,
      checked: problem === undefined && !without.includes(name),
    });
    const why = problem === undefined ? [] : [make('small', {}, `not numbers: ${problem}`)];
    const label = make('label', { className: 'check' }, box, make('span', {}, name, ...why));
    return { box, item: make('li', {}, label) };
  });
  boxes = items.map(({ box }) => box);
  list.replaceChildren(...items.map(({ item }) => item));
  k.max = String(rows);
}

/** What the form says. Throws Error with a sentence for people where that cannot be. */
export function readSettings(): ClusterSettings {
  const columns = boxes.filter(({ checked }) => checked).map(({ value }) => Number(value));
  if (columns.length === 0) throw new Error('Choose at least one column to cluster by.');
  return {
    columns,
    k: k.valueAsNumber,
    metric: metric.value as Metric,
    seed: seed.valueAsNumber,
    standardize: standardize.checked,
  };
}

function checkAll(checked: boolean): void {
  for (const box of boxes) if (!box.disabled) box.checked = checked;
}

byId('all-columns', HTMLButtonElement).addEventListener('click', () => {
  checkAll(true);
});
byId('no-columns', HTMLButtonElement).addEventListener('click', () => {
  checkAll(false);
});
