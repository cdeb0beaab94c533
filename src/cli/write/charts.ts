/** Static SVG charts of numbers in a row: no script, every one with a title. */
import { scaleBand } from 'd3-scale';
import { line } from 'd3-shape';
import { formatCount, formatShare } from '../format.js';
import {
  axisNames,
  chart,
  extent,
  horizontalGrid,
  leftOf,
  linear,
  PLOT,
  round,
  type Scale,
  scientificUnit,
  verticalName,
  wholeTicks,
  widened,
} from './chart_frame.js';
import { markup, type Markup } from './markup.js';

/** More points than this are a line without dots. */
const DOTS = 60;

/** The objective over the iterations, from 1 on. */
export function lineChart(values: ArrayLike<number>, xName: string, yName: string): Markup {
  const points = Array.from(values, (value, i): Point => [i + 1, value]);
  return linesChart([{ name: yName, points }], xName, yName);
}

/** Lines over whole numbers; a second one has a colour of its own. */
export function linesChart(
  lines: readonly { readonly name: string; readonly points: readonly Point[] }[],
  xName: string,
  yName: string,
): Markup {
  const all = lines.flatMap(({ points }) => points);
  const { exponent, unit } = scientificUnit(all.map(([, value]) => value));
  const size = 10 ** exponent;
  const [first, last] = all.length > 0 ? extent(all.map(([at]) => at)) : [1, 2];
  const values = widened(extent(all.map(([, value]) => value / size)));
  const y = linear(values, [PLOT.bottom, PLOT.top]).nice(5);
  const left = leftOf(y, yName);
  const x = linear([first, last], [left, PLOT.right]);
  return chart(markup`${yName} against ${xName}`, [
    horizontalGrid(y, { left }),
    axisNames(wholeTicks(x), xName, { left }),
    verticalName(yName + unit),
    ...lines.map(({ name, points }, i) => {
      const scaled = points.map(([at, value]): Point => [at, value / size]);
      return curve(name, scaled, x, y, i);
    }),
  ]);
}

/** A whole number and the value there. */
type Point = readonly [x: number, y: number];

function curve(name: string, points: readonly Point[], x: Scale, y: Scale, rank: number): Markup {
  const path = line<Point>()
    .x((point) => round(x(point[0])))
    .y((point) => round(y(point[1])))(points);
  const dots = points.length > DOTS ? points.slice(-1) : points;
  const later = rank > 0 ? ' second' : '';
  return markup`<path class="line${later}" d="${path ?? ''}"><title>${name}</title></path><g class="dots${later}">${dots.map(
    ([at, value]) => markup`<circle cx="${round(x(at))}" cy="${round(y(value))}" r="3"/>`,
  )}</g>`;
}

/** One bar for each value, numbered from 0. */
export function barChart(values: ArrayLike<number>, xName: string, yName: string): Markup {
  const heights = Array.from(values);
  const y = linear([0, Math.max(1, ...heights)], [PLOT.bottom, PLOT.top]).nice(5);
  const bars = barsOf(heights, y, 0, PLOT.right, formatCount);
  return chart(markup`${yName} by ${xName}`, [
    horizontalGrid(y),
    verticalName(yName),
    axisNames(bars.ticks, xName),
    bars.drawing,
  ]);
}

/**
 * Shares of a whole by falling size, numbered from 1, as bars; what they add up to as a line, on an
 * axis of its own at the right.
 */
export function screePlot(shares: ArrayLike<number>, xName: string, yName: string): Markup {
  const heights = Array.from(shares);
  const right = PLOT.right - 52;
  const y = linear([0, Math.max(1e-9, ...heights)], [PLOT.bottom, PLOT.top]).nice(5);
  const whole = linear([0, 1], [PLOT.bottom, PLOT.top]);
  const bars = barsOf(heights, y, 1, right, formatShare);
  let total = 0;
  const sums = heights.map((share, i): Point => [i, (total += share)]);
  const path = line<Point>()
    .x((point) => bars.centre(point[0]))
    .y((point) => round(whole(point[1])))(sums);
  const percent = whole.tickFormat(5, '~%');
  const wholeNames = whole.ticks(5).map((tick) => {
    const at = round(whole(tick));
    return markup`<text x="${right + 8}" y="${at}" dy="0.32em">${percent(tick)}</text>`;
  });
  return chart(markup`${yName} by ${xName}, and what it adds up to`, [
    horizontalGrid(y, { right, format: y.tickFormat(5, '~%') }),
    markup`<g class="axis">${wholeNames}</g>`,
    verticalName(yName),
    verticalName('added up', PLOT.right + 6),
    axisNames(bars.ticks, xName, { right }),
    bars.drawing,
    markup`<path class="line second" d="${path ?? ''}"/>`,
  ]);
}

/** Bars numbered from `first` on, between the plot's left edge and `right`. */
function barsOf(
  heights: readonly number[],
  y: Scale,
  first: number,
  right: number,
  format: (value: number) => string,
) {
  const x = scaleBand<number>(heights.keys(), [PLOT.left, right]).padding(0.15);
  const width = x.bandwidth();
  const centre = (i: number): number => round((x(i) ?? 0) + width / 2);
  const last = first + heights.length - 1;
  const room = (right - PLOT.left) / (12 + 8 * String(last).length);
  const named =
    heights.length <= room
      ? [...heights.keys()].map((i) => i + first)
      : linear([first, last], [0, 1]).ticks(room).filter(Number.isInteger);
  const ticks = named.map((number) => ({ at: centre(number - first), name: formatCount(number) }));
  const drawing = markup`<g class="bars">${heights.map(
    (height, i) =>
      markup`<rect x="${round(x(i) ?? 0)}" y="${round(y(height))}" width="${round(width)}" height="${round(PLOT.bottom - y(height))}"><title>${i + first}: ${format(height)}</title></rect>`,
  )}</g>`;
  return { centre, ticks, drawing };
}
