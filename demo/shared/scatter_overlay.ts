/** What lies around and over the points of a plot: axes, centres, ellipses, lasso. */
import { scaleLinear } from 'd3-scale';
import { colourOf, readColours } from './marks.js';
import {
  type Affine,
  type Domain,
  ellipsePath,
  type ScatterMarks,
  type ScatterPoints,
} from './scatter_data.js';

/** CSS pixels around the points. */
export const MARGIN = { top: 12, right: 14, bottom: 44, left: 58 };

/** Centres beyond this many carry no number. */
const MOST_NUMBERS = 64;

export interface Overlay {
  readonly points: ScatterPoints;
  readonly domain: Domain;
  /** From data units to CSS pixels of the whole canvas. */
  readonly across: Affine;
  readonly up: Affine;
  readonly marks: ScatterMarks;
  /** The way of each centre so far, in data units: x, y, x, y … */
  readonly trails: readonly (readonly number[])[];
  /** A lasso in pixels. */
  readonly lasso: readonly number[];
  /** A point to ring, in pixels. */
  readonly ring: readonly [px: number, py: number] | undefined;
  /** The centre that is held. */
  readonly held: number | undefined;
  /** The clusters' colours. */
  readonly colours: readonly string[];
}

type Context = CanvasRenderingContext2D;

/** Draws the overlay on a cleared canvas of that size in CSS pixels. */
export function drawOverlay(context: Context, width: number, height: number, it: Overlay): void {
  const style = getComputedStyle(context.canvas);
  const [text, rule, page] = readColours('--text', '--rule', '--page');
  context.clearRect(0, 0, width, height);
  context.font = `12px ${style.fontFamily}`;
  drawAxes(context, width, height, it, text, rule);
  context.save();
  context.beginPath();
  context.rect(
    MARGIN.left,
    MARGIN.top,
    width - MARGIN.left - MARGIN.right,
    height - MARGIN.top - MARGIN.bottom,
  );
  context.clip();
  drawEllipses(context, it);
  drawCentres(context, it, page, text);
  drawHits(context, it, page, text);
  context.restore();
  drawLasso(context, it, text);
  if (!it.ring) return;
  context.beginPath();
  context.arc(it.ring[0], it.ring[1], 6, 0, 2 * Math.PI);
  context.strokeStyle = text;
  context.lineWidth = 2;
  context.stroke();
}

function drawAxes(
  context: Context,
  width: number,
  height: number,
  { domain, points: { xName, yName } }: Overlay,
  text: string,
  rule: string,
): void {
  const x = scaleLinear(domain.x, [MARGIN.left, width - MARGIN.right]);
  const y = scaleLinear(domain.y, [height - MARGIN.bottom, MARGIN.top]);
  const xTicks = Math.max(2, Math.floor(width / 90));
  const [xFormat, yFormat] = [x.tickFormat(xTicks), y.tickFormat(5)];
  context.fillStyle = text;
  context.strokeStyle = rule;
  context.lineWidth = 1;
  context.beginPath();
  for (const tick of y.ticks(5)) {
    const at = Math.round(y(tick)) + 0.5;
    context.moveTo(MARGIN.left - 4, at);
    context.lineTo(MARGIN.left, at);
  }
  for (const tick of x.ticks(xTicks)) {
    const at = Math.round(x(tick)) + 0.5;
    context.moveTo(at, height - MARGIN.bottom);
    context.lineTo(at, height - MARGIN.bottom + 4);
  }
  context.rect(
    MARGIN.left + 0.5,
    MARGIN.top + 0.5,
    width - MARGIN.left - MARGIN.right - 1,
    height - MARGIN.top - MARGIN.bottom - 1,
  );
  context.stroke();
  context.textBaseline = 'alphabetic';
  context.textAlign = 'center';
  for (const tick of x.ticks(xTicks)) {
    context.fillText(xFormat(tick), x(tick), height - MARGIN.bottom + 18);
  }
  const room = width - MARGIN.left - MARGIN.right;
  context.fillText(xName, MARGIN.left + room / 2, height - 8, room);
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const tick of y.ticks(5)) context.fillText(yFormat(tick), MARGIN.left - 8, y(tick));
  context.textAlign = 'center';
  context.save();
  context.translate(14, (MARGIN.top + height - MARGIN.bottom) / 2);
  context.rotate(-Math.PI / 2);
  context.fillText(yName, 0, 0, height - MARGIN.top - MARGIN.bottom);
  context.restore();
}

function tracePath(context: Context, path: readonly number[], { across, up }: Overlay): void {
  context.beginPath();
  for (let at = 0; at < path.length; at += 2) {
    context.lineTo(path[at] * across.scale + across.offset, path[at + 1] * up.scale + up.offset);
  }
}

function drawEllipses(context: Context, it: Overlay): void {
  it.marks.ellipses?.forEach((ellipse, cluster) => {
    context.strokeStyle = it.colours[colourOf(cluster)];
    for (const deviations of [1, 2]) {
      tracePath(context, ellipsePath(ellipse, deviations), it);
      context.lineWidth = deviations === 1 ? 2.5 : 1.5;
      context.stroke();
    }
  });
}

function drawCentres(context: Context, it: Overlay, page: string, text: string): void {
  const { across, up, marks, trails, colours } = it;
  trails.forEach((trail, cluster) => {
    tracePath(context, trail, it);
    context.strokeStyle = page;
    context.lineWidth = 4;
    context.stroke();
    context.strokeStyle = colours[colourOf(cluster)];
    context.lineWidth = 2;
    context.stroke();
  });
  const centres = marks.centres ?? [];
  centres.forEach(({ x, y }, cluster) => {
    const px = x * across.scale + across.offset;
    const py = y * up.scale + up.offset;
    const radius = centres.length > MOST_NUMBERS ? 3 : 9;
    context.beginPath();
    context.arc(px, py, radius, 0, 2 * Math.PI);
    context.fillStyle = page;
    context.fill();
    context.strokeStyle = colours[colourOf(cluster)];
    context.lineWidth = cluster === it.held ? 5 : 2.5;
    context.stroke();
    if (centres.length > MOST_NUMBERS) return;
    context.fillStyle = text;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(String(cluster), px, py + 0.5);
  });
}

/** Names of rows, those first that were found first; a name that would lie on another is left out. */
function drawHits(context: Context, it: Overlay, page: string, text: string): void {
  const { across, up, marks, points } = it;
  const taken: (readonly [left: number, top: number, right: number, bottom: number])[] = [];
  marks.hits?.forEach(({ row, name }, at) => {
    const px = points.x[row] * across.scale + across.offset;
    const py = points.y[row] * up.scale + up.offset;
    context.beginPath();
    context.arc(px, py, at === 0 ? 7 : 4.5, 0, 2 * Math.PI);
    context.strokeStyle = page;
    context.lineWidth = 4;
    context.stroke();
    context.strokeStyle = text;
    context.lineWidth = at === 0 ? 2.5 : 1.5;
    context.stroke();
    const width = context.measureText(name).width;
    const box = [px + 9, py - 8, px + 13 + width, py + 8] as const;
    if (taken.some((t) => box[0] < t[2] && box[2] > t[0] && box[1] < t[3] && box[3] > t[1])) return;
    taken.push(box);
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.lineWidth = 3;
    context.strokeStyle = page;
    context.strokeText(name, px + 11, py);
    context.fillStyle = text;
    context.fillText(name, px + 11, py);
  });
}

function drawLasso(context: Context, { lasso }: Overlay, text: string): void {
  if (lasso.length === 0) return;
  context.beginPath();
  for (let at = 0; at < lasso.length; at += 2) context.lineTo(lasso[at], lasso[at + 1]);
  context.closePath();
  context.strokeStyle = text;
  context.setLineDash([5, 4]);
  context.lineWidth = 1.5;
  context.stroke();
  context.setLineDash([]);
}
