/** Static SVG charts: no script, colours by class (report_style.ts), every one with a title. */
import { scaleBand, scaleLinear, type ScaleLinear } from 'd3-scale';
import { line, symbol, symbolCircle, symbolDiamond, symbolSquare, symbolTriangle } from 'd3-shape';
import { formatCount, powerOfTen } from '../format.js';
import { markup, type Markup } from './markup.js';

/** Points of a scatter plot and the cluster of each; all of one length. */
export interface ScatterData {
  readonly xName: string;
  readonly yName: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
}

const WIDTH = 560;
const HEIGHT = 320;
/** Where the data lie; names and ticks lie around it. */
const PLOT = { left: 64, right: WIDTH - 12, top: 12, bottom: HEIGHT - 48 };

/** Colours that report_style.ts defines as c0 to c7. */
const COLOURS = 8;
const SYMBOLS = [symbolCircle, symbolSquare, symbolTriangle, symbolDiamond];
/** Clusters that colour and shape together tell apart; from there on they repeat. */
export const DISTINCT_CLUSTERS = COLOURS * SYMBOLS.length;

/** The objective over the iterations, from 1 on. */
export function lineChart(values: ArrayLike<number>, xName: string, yName: string): Markup {
  const { exponent, unit } = scientificUnit(values);
  const points = Array.from(values, (value, i): [number, number] => [
    i + 1,
    value / 10 ** exponent,
  ]);
  const x = linear([1, Math.max(2, points.length)], [PLOT.left, PLOT.right]);
  const y = linear(extent(points.map(([, value]) => value)), [PLOT.bottom, PLOT.top]).nice(5);
  const path = line()
    .x(([iteration]) => round(x(iteration)))
    .y(([, value]) => round(y(value)))(points);
  const dots = points.length > 60 ? [points[points.length - 1]] : points;
  return chart(markup`${yName} against ${xName}`, [
    horizontalGrid(y),
    axisNames(wholeTicks(x), xName),
    verticalName(yName + unit),
    markup`<path class="line" d="${path ?? ''}"/>`,
    markup`<g class="dots">${dots.map(
      ([iteration, value]) =>
        markup`<circle cx="${round(x(iteration))}" cy="${round(y(value))}" r="3"/>`,
    )}</g>`,
  ]);
}

/** One bar for each value, numbered from 0. */
export function barChart(values: ArrayLike<number>, xName: string, yName: string): Markup {
  const heights = Array.from(values);
  const x = scaleBand<number>(heights.keys(), [PLOT.left, PLOT.right]).padding(0.15);
  const y = linear([0, Math.max(1, ...heights)], [PLOT.bottom, PLOT.top]).nice(5);
  const step = Math.max(1, Math.ceil((24 * heights.length) / (PLOT.right - PLOT.left)));
  const named = [...heights.keys()].filter((i) => i % step === 0);
  const centre = (i: number): number => round((x(i) ?? 0) + x.bandwidth() / 2);
  return chart(markup`${yName} by ${xName}`, [
    horizontalGrid(y),
    verticalName(yName),
    axisNames(
      named.map((i) => ({ at: centre(i), name: String(i) })),
      xName,
    ),
    markup`<g class="bars">${heights.map(
      (height, i) =>
        markup`<rect x="${round(x(i) ?? 0)}" y="${round(y(height))}" width="${round(x.bandwidth())}" height="${round(PLOT.bottom - y(height))}"><title>${i}: ${formatCount(height)}</title></rect>`,
    )}</g>`,
  ]);
}

/** Points in the colour and shape of their cluster. */
export function scatterPlot(data: ScatterData, clusters: number): Markup {
  const x = linear(padded(extent(data.x)), [PLOT.left, PLOT.right]);
  const y = linear(padded(extent(data.y)), [PLOT.bottom, PLOT.top]);
  const groups = Array.from({ length: clusters }, (): Markup[] => []);
  for (let i = 0; i < data.labels.length; i++) {
    const label = data.labels[i];
    groups[label].push(
      markup`<use href="#s${shapeOf(label)}" x="${round(x(data.x[i]))}" y="${round(y(data.y[i]))}"/>`,
    );
  }
  return chart(markup`${data.yName} against ${data.xName}, by cluster`, [
    markup`<defs>${SYMBOLS.map(
      (type, i) => markup`<path id="s${i}" d="${symbol(type, 28)() ?? ''}"/>`,
    )}</defs>`,
    horizontalGrid(y),
    numericAxis(x, data.xName),
    verticalName(data.yName),
    ...groups.map(
      (points, label) =>
        markup`<g class="points ${colourOf(label)}"><title>cluster ${label}</title>${points}</g>`,
    ),
  ]);
}

/** A cluster's mark, as the scatter plot draws it; needs that plot on the same page. */
export function clusterMark(label: number): Markup {
  return markup`<svg class="mark ${colourOf(label)}" viewBox="-4 -4 8 8" aria-hidden="true"><use href="#s${shapeOf(label)}"/></svg>`;
}

function colourOf(label: number): string {
  return `c${label % COLOURS}`;
}

function shapeOf(label: number): number {
  return Math.floor(label / COLOURS) % SYMBOLS.length;
}

function chart(title: Markup, parts: readonly Markup[]): Markup {
  return markup`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"><title>${title}</title>${parts}</svg>`;
}

type Scale = ScaleLinear<number, number>;

interface AxisTick {
  /** Where it lies, in the drawing's units. */
  readonly at: number;
  readonly name: string;
}

function linear(domain: readonly [number, number], range: readonly [number, number]): Scale {
  return scaleLinear(domain, range);
}

/** The smallest and the largest value, made different where they are one. */
function extent(values: ArrayLike<number>): [number, number] {
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
function padded([low, high]: readonly [number, number]): [number, number] {
  const pad = (high - low) / 30;
  return [low - pad, high + pad];
}

/** Steps of 1 at least. */
function wholeTicks(x: Scale): AxisTick[] {
  const ticks = x.ticks(8).filter(Number.isInteger);
  return ticks.map((tick) => ({ at: round(x(tick)), name: formatCount(tick) }));
}

function horizontalGrid(y: Scale): Markup {
  const format = y.tickFormat(5);
  return markup`<g class="axis">${y.ticks(5).map((tick) => {
    const at = round(y(tick));
    return markup`<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${at}" y2="${at}"/><text class="end" x="${PLOT.left - 8}" y="${at}" dy="0.32em">${format(tick)}</text>`;
  })}</g>`;
}

function numericAxis(x: Scale, name: string): Markup {
  const format = x.tickFormat(6);
  return axisNames(
    x.ticks(6).map((tick) => ({ at: round(x(tick)), name: format(tick) })),
    name,
  );
}

function axisNames(ticks: readonly AxisTick[], name: string): Markup {
  return markup`<g class="axis">${ticks.map(
    (tick) =>
      markup`<text class="middle" x="${tick.at}" y="${PLOT.bottom + 20}">${tick.name}</text>`,
  )}<text class="middle name" x="${(PLOT.left + PLOT.right) / 2}" y="${HEIGHT - 8}">${name}</text></g>`;
}

function verticalName(name: string): Markup {
  const middle = (PLOT.top + PLOT.bottom) / 2;
  return markup`<text class="middle name" transform="translate(14 ${middle}) rotate(-90)">${name}</text>`;
}

/** Large and small values are drawn in a power of thousand, which the axis names. */
function scientificUnit(values: ArrayLike<number>): { exponent: number; unit: string } {
  const [, high] = extent(values);
  const exponent = high > 0 ? Math.floor(Math.log10(high) / 3) * 3 : 0;
  if (exponent >= -3 && exponent <= 3) return { exponent: 0, unit: '' };
  return { exponent, unit: ` (× ${powerOfTen(exponent)})` };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
