/** Scatter plots of rows that belong to groups: clusters, components, classes. */
import { line, symbol, symbolCircle, symbolDiamond, symbolSquare, symbolTriangle } from 'd3-shape';
import type { Gaussian2d } from './gaussian2d.js';
import {
  chart,
  extent,
  horizontalGrid,
  linear,
  numericAxis,
  padded,
  PLOT,
  round,
  type Scale,
  verticalName,
} from './chart_frame.js';
import { mixColours } from './colour_mixtures.js';
import { markup, type Markup } from './markup.js';
import { COLOURS } from './report_style.js';

/** Points of a scatter plot and the group of each; all of one length. */
export interface ScatterData {
  readonly xName: string;
  readonly yName: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** The place of each point's group in `groups`. */
  readonly labels: ArrayLike<number>;
  /** What a group is: 'cluster'. */
  readonly kind: string;
  /** The groups' names. */
  readonly groups: readonly string[];
  /** How much each group has of each point, points x groups: the points' colours are mixtures. */
  readonly shares?: ArrayLike<number>;
  /** A sentence about the axes. */
  readonly note?: string | undefined;
  /** One normal distribution a group, drawn as the ellipses of one and two standard deviations. */
  readonly ellipses?: readonly Gaussian2d[];
}

/** A drawing and the style rules that it needs beside report_style.ts. */
export interface StyledMarkup {
  readonly drawing: Markup;
  readonly style: string;
}

const SYMBOLS = [symbolCircle, symbolSquare, symbolTriangle, symbolDiamond];
/** Groups that colour and shape together tell apart; from there on they repeat. */
export const DISTINCT_GROUPS = COLOURS.length * SYMBOLS.length;

/** The area of a point or a mark; more points than so many are half as large. */
const MARK_AREA = 28;
const MANY_POINTS = 1500;

/** Standard deviations at which a normal distribution is outlined. */
const OUTLINES = [1, 2];
/** How far beyond the points an ellipse may widen the plot, as a share of their extent. */
const MOST_WIDENING = 0.15;

const PLOT_CLIP = markup`<clipPath id="plot"><rect x="${PLOT.left}" y="${PLOT.top}" width="${PLOT.right - PLOT.left}" height="${PLOT.bottom - PLOT.top}"/></clipPath>`;

/** Points in the colour and shape of their group. */
export function scatterPlot(data: ScatterData): StyledMarkup {
  const { kind, groups, ellipses = [] } = data;
  const domain = (values: ArrayLike<number>, at: 'x' | 'y', variance: 'xx' | 'yy') =>
    padded(
      widened(
        extent(values),
        ellipses.map((ellipse) => [ellipse[at], 2 * Math.sqrt(ellipse[variance])]),
      ),
    );
  const x = linear(domain(data.x, 'x', 'xx'), [PLOT.left, PLOT.right]);
  const y = linear(domain(data.y, 'y', 'yy'), [PLOT.bottom, PLOT.top]);
  const area = data.labels.length > MANY_POINTS ? MARK_AREA / 2 : MARK_AREA;
  const { points, style } = groupedPoints(data, x, y);
  const drawing = chart(markup`${data.yName} against ${data.xName}, by ${kind}`, [
    markup`<defs>${SYMBOLS.map(
      (type, i) =>
        markup`<path id="s${i}" d="${symbol(type, MARK_AREA)() ?? ''}"/><path id="p${i}" d="${symbol(type, area)() ?? ''}"/>`,
    )}${ellipses.length > 0 ? PLOT_CLIP : undefined}</defs>`,
    horizontalGrid(y),
    numericAxis(x, data.xName),
    verticalName(data.yName),
    ...points,
    ...ellipses.map(
      (ellipse, c) =>
        markup`<g class="outline o${c % COLOURS.length}" clip-path="url(#plot)"><title>${kind} ${groups[c]}</title>${OUTLINES.map(
          (deviations) => markup`<path d="${ellipsePath(ellipse, deviations, x, y)}"/>`,
        )}</g>`,
    ),
  ]);
  return { drawing, style };
}

/** The points, gathered by what they look like. */
function groupedPoints(data: ScatterData, x: Scale, y: Scale) {
  const { labels, shares, kind, groups } = data;
  const looks = new Map<string, Markup[]>();
  const rules = new Map<string, string>();
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    let name = colourOf(label);
    if (shares) {
      const k = groups.length;
      const mixed = mixColours(Array.from({ length: k }, (_, c) => shares[i * k + c]));
      name = mixed.name;
      if (mixed.rule !== undefined) rules.set(name, mixed.rule);
    }
    const look = `${name} ${label}`;
    const points = looks.get(look) ?? [];
    looks.set(look, points);
    points.push(
      markup`<use href="#p${shapeOf(label)}" x="${round(x(data.x[i]))}" y="${round(y(data.y[i]))}"/>`,
    );
  }
  const order = [...looks].map(([look, points]) => ({ look: look.split(' '), points }));
  order.sort((a, b) => Number(a.look[1]) - Number(b.look[1]));
  return {
    points: order.map(
      ({ look: [name, label], points }) =>
        markup`<g class="points ${name}"><title>${kind} ${groups[Number(label)]}</title>${points}</g>`,
    ),
    style: [...rules.values()].join('\n'),
  };
}

/** A group's mark, as the scatter plot draws it; needs that plot on the same page. */
export function groupMark(group: number): Markup {
  return markup`<svg class="mark ${colourOf(group)}" viewBox="-4 -4 8 8" aria-hidden="true"><use href="#s${shapeOf(group)}"/></svg>`;
}

/** The groups' marks and names. */
export function legend(groups: readonly string[]): Markup {
  return markup`<ul class="legend">${groups
    .slice(0, DISTINCT_GROUPS)
    .map((name, group) => markup`<li>${groupMark(group)} ${name}</li>`)}</ul>`;
}

function colourOf(group: number): string {
  return `c${group % COLOURS.length}`;
}

function shapeOf(group: number): number {
  return Math.floor(group / COLOURS.length) % SYMBOLS.length;
}

/** A domain with room for spans around centres, but not for ones that would dwarf it. */
function widened(
  [low, high]: readonly [number, number],
  spans: readonly (readonly [centre: number, reach: number])[],
): [number, number] {
  const most = MOST_WIDENING * (high - low);
  const lowest = Math.min(low, ...spans.map(([centre, reach]) => centre - reach));
  const highest = Math.max(high, ...spans.map(([centre, reach]) => centre + reach));
  return [Math.max(lowest, low - most), Math.min(highest, high + most)];
}

/** The points at a number of standard deviations from the mean. */
function ellipsePath(
  { x, y, xx, xy, yy }: Gaussian2d,
  deviations: number,
  xScale: Scale,
  yScale: Scale,
): string {
  // The covariance's Cholesky factor maps the circle to the ellipse.
  const a = Math.sqrt(xx);
  const b = a > 0 ? xy / a : 0;
  const c = Math.sqrt(Math.max(0, yy - b * b));
  const points = Array.from({ length: 73 }, (_, i): [number, number] => {
    const angle = (i * Math.PI) / 36;
    const [u, v] = [deviations * Math.cos(angle), deviations * Math.sin(angle)];
    return [round(xScale(x + a * u)), round(yScale(y + b * u + c * v))];
  });
  return line()(points) ?? '';
}
