/** What all charts share: their size, scales, axes and titles. Colours are classes (report_style.ts). */
import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { formatCount, powerOfTen } from '../format.js';
import { markup, type Markup } from './markup.js';

const WIDTH = 560;
const HEIGHT = 320;
/** Where the data lie; names and ticks lie around it. */
export const PLOT = { left: 84, right: WIDTH - 12, top: 12, bottom: HEIGHT - 48 };

/** Between a vertical axis and the names of its ticks. */
const TICK_GAP = 8;
/** What a vertical axis's own name takes at the left edge. */
const NAME_WIDTH = 20;

export type Scale = ScaleLinear<number, number>;

interface AxisTick {
  /** Where it lies, in the drawing's units. */
  readonly at: number;
  readonly name: string;
}

export function chart(title: Markup, parts: readonly (Markup | undefined)[]): Markup {
  return markup`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"><title>${title}</title>${parts}</svg>`;
}

export function linear(domain: readonly [number, number], range: readonly [number, number]): Scale {
  return scaleLinear(domain, range);
}

/** The smallest and the largest value, made different where they are one. */
export function extent(values: ArrayLike<number>): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  if (low > high) return [0, 1];
  const pad = low === high ? Math.abs(low) / 10 || 1 : 0;
  return [low - pad, high + pad];
}

/** Narrower than this share of their size, values are drawn as flat: the rest is float32's rounding. */
const NARROWEST = 1e-6;

/** The interval, widened about its middle where only rounding would fill it. */
export function widened([low, high]: readonly [number, number]): [number, number] {
  const least = NARROWEST * Math.max(Math.abs(low), Math.abs(high));
  const pad = Math.max(0, least - (high - low)) / 2;
  return [low - pad, high + pad];
}

/** Room for the marks at the edges. */
export function padded([low, high]: readonly [number, number]): [number, number] {
  const pad = (high - low) / 30;
  return [low - pad, high + pad];
}

/** Steps of 1 at least. */
export function wholeTicks(x: Scale): AxisTick[] {
  const ticks = x.ticks(8).filter(Number.isInteger);
  return ticks.map((tick) => ({ at: round(x(tick)), name: formatCount(tick) }));
}

/**
 * Where a plot begins whose vertical axis has these ticks: further in than PLOT.left where they are
 * long. Without a name beside them they may be in the larger type of a page on a phone.
 */
export function leftOf(y: Scale, name: string): number {
  const longest = Math.max(...y.ticks(5).map((tick) => y.tickFormat(5)(tick).length));
  const room = name === '' ? longest * 10 : NAME_WIDTH + longest * 8;
  return Math.max(PLOT.left, room + TICK_GAP);
}

/** Lines at round values, named at the left; from the plot's left edge to its right one, or others. */
export function horizontalGrid(
  y: Scale,
  { left = PLOT.left, right = PLOT.right, format = y.tickFormat(5) }: GridOptions = {},
): Markup {
  return markup`<g class="axis">${y.ticks(5).map((tick) => {
    const at = round(y(tick));
    return markup`<line x1="${left}" x2="${right}" y1="${at}" y2="${at}"/><text class="end" x="${left - TICK_GAP}" y="${at}" dy="0.32em">${format(tick)}</text>`;
  })}</g>`;
}

interface GridOptions {
  readonly left?: number;
  readonly right?: number;
  readonly format?: (value: number) => string;
}

export function numericAxis(x: Scale, name: string): Markup {
  const format = x.tickFormat(6);
  return axisNames(
    x.ticks(6).map((tick) => ({ at: round(x(tick)), name: format(tick) })),
    name,
  );
}

/** A horizontal axis between the plot's edges, or others. */
export function axisNames(
  ticks: readonly AxisTick[],
  name: string,
  { left = PLOT.left, right = PLOT.right }: Omit<GridOptions, 'format'> = {},
): Markup {
  return markup`<g class="axis">${ticks.map(
    (tick) =>
      markup`<text class="middle" x="${tick.at}" y="${PLOT.bottom + 20}">${tick.name}</text>`,
  )}<text class="middle name" x="${(left + right) / 2}" y="${HEIGHT - 8}">${name}</text></g>`;
}

/** The name of a vertical axis, at the left edge or where `x` says. */
export function verticalName(name: string, x = 12): Markup {
  const middle = (PLOT.top + PLOT.bottom) / 2;
  return markup`<text class="middle name" transform="translate(${x} ${middle}) rotate(-90)">${name}</text>`;
}

/** Large and small values are drawn in a power of thousand, which the axis names. */
export function scientificUnit(values: ArrayLike<number>): { exponent: number; unit: string } {
  const size = Math.max(...extent(values).map(Math.abs));
  const exponent = Math.floor(Math.log10(size) / 3) * 3;
  if (exponent >= -3 && exponent <= 3) return { exponent: 0, unit: '' };
  return { exponent, unit: ` (× ${powerOfTen(exponent)})` };
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
