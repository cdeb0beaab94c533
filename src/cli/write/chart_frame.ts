/** What all charts share: their size, scales, axes and titles. Colours are classes (report_style.ts). */
import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { formatCount, powerOfTen } from '../format.js';
import { markup, type Markup } from './markup.js';

const WIDTH = 560;
const HEIGHT = 320;
/** Where the data lie; names and ticks lie around it. */
export const PLOT = { left: 84, right: WIDTH - 12, top: 12, bottom: HEIGHT - 48 };

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

/** Lines at round values, named at the left; up to the plot's right edge, or to `right`. */
export function horizontalGrid(
  y: Scale,
  { right = PLOT.right, format = y.tickFormat(5) }: GridOptions = {},
): Markup {
  return markup`<g class="axis">${y.ticks(5).map((tick) => {
    const at = round(y(tick));
    return markup`<line x1="${PLOT.left}" x2="${right}" y1="${at}" y2="${at}"/><text class="end" x="${PLOT.left - 8}" y="${at}" dy="0.32em">${format(tick)}</text>`;
  })}</g>`;
}

interface GridOptions {
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

/** A horizontal axis, as far as the plot's right edge or to `right`. */
export function axisNames(ticks: readonly AxisTick[], name: string, right = PLOT.right): Markup {
  return markup`<g class="axis">${ticks.map(
    (tick) =>
      markup`<text class="middle" x="${tick.at}" y="${PLOT.bottom + 20}">${tick.name}</text>`,
  )}<text class="middle name" x="${(PLOT.left + right) / 2}" y="${HEIGHT - 8}">${name}</text></g>`;
}

/** The name of a vertical axis, at the left edge or where `x` says. */
export function verticalName(name: string, x = 12): Markup {
  const middle = (PLOT.top + PLOT.bottom) / 2;
  return markup`<text class="middle name" transform="translate(${x} ${middle}) rotate(-90)">${name}</text>`;
}

/** Large and small values are drawn in a power of thousand, which the axis names. */
export function scientificUnit(values: ArrayLike<number>): { exponent: number; unit: string } {
  const [, high] = extent(values);
  const exponent = high > 0 ? Math.floor(Math.log10(high) / 3) * 3 : 0;
  if (exponent >= -3 && exponent <= 3) return { exponent: 0, unit: '' };
  return { exponent, unit: ` (× ${powerOfTen(exponent)})` };
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
