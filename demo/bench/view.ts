/** Rows as tables and bars. */
import { OURS } from '../../bench/contenders/registry.js';
import type { Row } from '../../bench/rows.js';
import { figure } from '../../bench/table.js';
import { make } from '../shared/dom.js';
import { HERE } from './jobs.js';

const HEAD = [
  'Contender',
  'ms/iteration',
  '× ours',
  'Ceiling',
  'End to end, ms',
  'Compiling, ms',
  'Whole fit, ms',
  'GPU, MiB',
  'Notes',
] as const;

const percent = (share: number | undefined) =>
  share === undefined ? '' : `${figure(100 * share)} %`;

function cellsOf(row: Row): string[] {
  return [
    figure(row.iteration),
    figure(row.ratios[HERE]),
    percent(row.shareOfCeiling),
    figure(row.endToEnd),
    figure(row.compilation),
    figure(row.wholeFit),
    row.deviceBytes ? figure(row.deviceBytes / 2 ** 20) : '',
    row.notes.join('; '),
  ];
}

function tableOf(title: string, rows: readonly Row[]): HTMLElement {
  const head = HEAD.map((name) => make('th', { scope: 'col' }, name));
  const body = rows.map((row) => {
    const name = make('th', { scope: 'row' }, row.contender);
    return make('tr', {}, name, ...cellsOf(row).map((cell) => make('td', {}, cell)));
  });
  const table = make(
    'table',
    {},
    make('thead', {}, make('tr', {}, ...head)),
    make('tbody', {}, ...body),
  );
  const scroll = make('div', { className: 'scroll', tabIndex: 0, role: 'region' }, table);
  scroll.ariaLabel = `${title}: the figures`;
  return scroll;
}

/** A bar for each contender's time that counts, to one scale. */
function barsOf(title: string, rows: readonly Row[]): HTMLElement {
  const timed = rows.filter(({ iteration, isWrong }) => iteration !== undefined && !isWrong);
  const longest = Math.max(...timed.map(({ iteration }) => iteration!));
  const bars = make('div', { className: 'bars', role: 'img' });
  bars.ariaLabel =
    `${title}, milliseconds an iteration: ` +
    timed.map(({ contender, iteration }) => `${contender} ${figure(iteration)}`).join(', ');
  for (const { contender, iteration } of timed) {
    const fill = make('span', { className: 'bar-fill' });
    // Room for the number after the longest.
    fill.style.width = `${(75 * iteration!) / longest}%`;
    const track = make(
      'span',
      { className: contender === OURS ? 'bar-track ours' : 'bar-track' },
      fill,
      make('span', { className: 'bar-value' }, `${figure(iteration)} ms`),
    );
    bars.append(make('span', { className: 'bar-name' }, contender), track);
  }
  return bars;
}

/** Shows a part for each workload. */
export function showRows(place: HTMLElement, rows: readonly Row[]): void {
  const titles = [...new Set(rows.map(({ title }) => title))];
  place.replaceChildren(
    ...titles.map((title) => {
      const own = rows.filter((row) => row.title === title);
      const heading = make('h3', {}, title);
      return make(
        'div',
        { className: 'workload' },
        heading,
        barsOf(title, own),
        tableOf(title, own),
      );
    }),
  );
}
