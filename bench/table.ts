/** The table, as text. Times are in milliseconds. */
import type { Ceiling } from './ceiling.js';
import type { GrowthAxis } from './growth.js';
import type { Ratios, Row } from './rows.js';

type Cells = readonly string[];

/** Three digits that count, as a reader wants them. */
export function figure(value: number | undefined): string {
  if (value === undefined) return '';
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value.toPrecision(3).replace(/\.?0+$/, '');
}

const times = (ratio: number | undefined) => (ratio === undefined ? '' : `${figure(ratio)}x`);

/** Columns as wide as their cells; numbers to the right, the first two and the last to the left. */
function aligned(head: Cells, rows: readonly Cells[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((cells) => cells[column].length)));
  const isText = (column: number) => column < 2 || column === head.length - 1;
  return all.map((cells) =>
    cells
      .map((cell, column) =>
        isText(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join('  ')
      .trimEnd(),
  );
}

const joined = (ratios: Ratios, drivers: readonly string[]) =>
  drivers.flatMap((driver) => (driver in ratios ? times(ratios[driver]) : [])).join(' / ');

/** One table: a part for each workload, ours beside the others. */
export function formatTable(rows: readonly Row[], drivers: readonly string[]): string {
  const head = [
    'contender',
    'on',
    'ms/iter',
    ...drivers.map((driver) => (drivers.length > 1 ? `x ours, ${driver}` : 'x ours')),
    'device ms',
    'ceiling',
    'end to end',
    'compile',
    'k-means++',
    'whole fit',
    'iters',
    'x ours',
    'MiB',
    'notes',
  ];
  const cells = rows.map((row) => [
    row.contender,
    row.on,
    figure(row.iteration),
    ...drivers.map((driver) => times(row.ratios[driver])),
    figure(row.deviceIteration),
    row.shareOfCeiling === undefined ? '' : `${figure(100 * row.shareOfCeiling)} %`,
    figure(row.endToEnd),
    figure(row.compilation),
    figure(row.seeding),
    figure(row.wholeFit),
    row.wholeFitIterations === undefined ? '' : String(row.wholeFitIterations),
    joined(row.wholeFitRatios, drivers),
    row.deviceBytes ? figure(row.deviceBytes / 2 ** 20) : '',
    row.notes.join('; '),
  ]);
  const [header, ...lines] = aligned(head, cells);
  const parts: string[] = [header];
  rows.forEach(({ title }, at) => {
    if (title !== rows.at(at - 1)?.title || at === 0) parts.push('', title);
    parts.push(lines[at]);
  });
  return parts.join('\n');
}

/** A growth curve that was measured. */
export interface Growth {
  readonly axis: GrowthAxis;
  readonly on: string;
  readonly points: readonly { readonly size: number; readonly milliseconds: number }[];
  /** Of the time in the size, past the smallest. */
  readonly exponent: number;
}

export function formatGrowth(curves: readonly Growth[]): string {
  return curves
    .map(({ axis, on, points, exponent }) => {
      const steps = points.map(({ size, milliseconds }) => `${size}: ${figure(milliseconds)}`);
      const name = axis.toUpperCase();
      return `growth in ${name} on ${on}: ms/iteration ~ ${name}^${exponent.toFixed(2)} (${steps.join(', ')})`;
    })
    .join('\n');
}

export function formatCeiling(on: string, adapter: string, ceiling: Ceiling): string {
  const giga = (rate: number) => figure(rate / 1e9);
  return (
    `${on} (${adapter}) at most: ${giga(ceiling.flopsPerSecond)} GFLOP/s of multiply-adds, ` +
    `storage reads of ${giga(ceiling.storageBytesPerSecond)} GB/s by f32 and ${giga(ceiling.wideStorageBytesPerSecond)} by vec4f, ` +
    `workgroup memory ${giga(ceiling.workgroupBytesPerSecond)} GB/s`
  );
}
