/** The two selects that choose what the plot's axes are. */
import { byId, make } from '../shared/dom.js';
import type { Axes, Axis, TableSummary } from './jobs.js';

const selects = [byId('x-axis', HTMLSelectElement), byId('y-axis', HTMLSelectElement)] as const;

/** From this many columns on, principal components are shown at first. */
const COLUMNS_FOR_COMPONENTS = 3;

/** Offers principal components and the columns of numbers as axes. */
export function offerAxes({ columns }: TableSummary, without: readonly string[]): void {
  const numeric = [...columns.keys()].filter((at) => columns[at].problem === undefined);
  const aside = numeric.filter((at) => columns[at].aside === 'place');
  const usual = numeric.filter((at) => !columns[at].aside && !without.includes(columns[at].name));
  // Columns put aside are places: what one wants to see things at.
  const shown = aside.length === 2 ? aside : usual;
  selects.forEach((select, axis) => {
    select.replaceChildren(
      ...[1, 2].map((t) => make('option', { value: `component ${t}` }, `principal component ${t}`)),
      ...numeric.map((at) => make('option', { value: `column ${at}` }, columns[at].name)),
    );
    select.value =
      shown.length >= COLUMNS_FOR_COMPONENTS || shown.length < 2
        ? `component ${axis + 1}`
        : `column ${shown[axis]}`;
  });
}

function read(value: string): Axis {
  const [kind, number] = value.split(' ');
  return kind === 'component' ? { component: Number(number) as 1 | 2 } : { column: Number(number) };
}

export function readAxes(): Axes {
  return [read(selects[0].value), read(selects[1].value)];
}

export function watchAxes(onChange: () => void): void {
  for (const select of selects) select.addEventListener('change', onChange);
}
