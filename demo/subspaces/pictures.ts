/** What is drawn flat: affinities, eigenvalues, points of the plane. */
import { channels, clusterColours, colourOf, readColours } from '../shared/marks.js';
import { fitted } from './space.js';

/** Of the largest, what is drawn as dark as it can be; sparse pictures are too faint otherwise. */
const DARKEST = 0.5;

/**
 * Numbers of pairs of rows, n x n, with the rows of a cluster side by side: pairs within one in its colour,
 * others in the colour of text; the larger, the darker. `picked` has lines about its row.
 */
export function drawAffinity(
  canvas: HTMLCanvasElement,
  affinity: Float32Array,
  labels: Uint32Array,
  picked: number,
): void {
  const n = labels.length;
  const order = orderOf(labels);
  const [page, text] = readColours('--page', '--text').map(channels);
  const colours = clusterColours().map(channels);
  const most = affinity.reduce((largest, value) => Math.max(largest, value), 0) || 1;
  const image = new ImageData(n, n);
  order.forEach((row, i) => {
    order.forEach((column, j) => {
      const ink = labels[row] === labels[column] ? colours[colourOf(labels[row])] : text;
      const share = Math.min(1, Math.sqrt(affinity[row * n + column] / (DARKEST * most)));
      for (let c = 0; c < 3; c++) {
        image.data[4 * (i * n + j) + c] = page[c] + share * (ink[c] - page[c]);
      }
      image.data[4 * (i * n + j) + 3] = 255;
    });
  });
  canvas.width = canvas.height = n;
  const context = canvas.getContext('2d');
  if (!context) return;
  context.putImageData(image, 0, 0);
  const at = order.indexOf(picked);
  context.fillStyle = readColours('--text')[0];
  context.globalAlpha = 0.16;
  context.fillRect(0, at - 1, n, 1);
  context.fillRect(0, at + 1, n, 1);
}

/** Rows by cluster. */
export function orderOf(labels: Uint32Array): number[] {
  return Array.from(labels.keys()).sort((a, b) => labels[a] - labels[b] || a - b);
}

/** Smaller eigenvalues are all but 0, and drawn so. */
const LEAST_SCALE = 0.01;
const SVG = 'http://www.w3.org/2000/svg';
const CHART = { width: 420, height: 300, left: 52, right: 10, top: 12, bottom: 46 };

function part(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

/** The eigenvalues one after the other; the first k, which are clustered by, stand out. */
export function drawEigenvalues(place: HTMLElement, values: ArrayLike<number>, k: number): void {
  const { width, height, left, right, top, bottom } = CHART;
  const shown = Array.from(values);
  const most = Math.max(...shown, LEAST_SCALE);
  const x = (rank: number) => left + ((rank + 0.5) / shown.length) * (width - left - right);
  const y = (value: number) => height - bottom - (value / most) * (height - top - bottom);
  const svg = part('svg', { viewBox: `0 0 ${width} ${height}`, class: 'chart', role: 'img' });
  const title = part('title', {});
  title.textContent = `The ${shown.length} smallest eigenvalues: ${shown.map((value) => value.toFixed(3)).join(', ')}`;
  svg.append(title);
  const label = (text: string, at: Readonly<Record<string, string | number>>) => {
    const element = part('text', at);
    element.textContent = text;
    svg.append(element);
  };
  for (const value of [0, most / 2, most]) {
    const line = { x1: left, x2: width - right, y1: y(value), y2: y(value), class: 'grid' };
    svg.append(part('line', line));
    label(value.toFixed(3), { x: left - 6, y: y(value) + 5, class: 'end' });
  }
  shown.forEach((value, rank) => {
    const kind = rank < k ? 'stem taken' : 'stem';
    svg.append(
      part('line', { x1: x(rank), x2: x(rank), y1: y(0), y2: y(value), class: kind }),
      part('circle', { cx: x(rank), cy: y(value), r: 5, class: kind }),
    );
    label(String(rank + 1), { x: x(rank), y: height - bottom + 18, class: 'middle' });
  });
  label('rank', { x: (left + width - right) / 2, y: height - 4, class: 'middle name' });
  place.replaceChildren(svg);
}

export interface FlatPicture {
  /** n x 2 */
  readonly data: ArrayLike<number>;
  /** The cluster of each row; all are grey where absent. */
  readonly labels?: Uint32Array;
  /** Rows that are joined: i, j, i, j … */
  readonly edges?: Uint32Array;
  /** k x 2, drawn as crosses. */
  readonly centroids?: ArrayLike<number>;
  /** Whether a step to the right is as long as one up. */
  readonly isEven: boolean;
}

const POINT_RADIUS = 3;
const ROOM = 14;
const CROSS = 8;

/** Points of the plane, as large as the canvas lets them. */
export function drawFlatPicture(canvas: HTMLCanvasElement, picture: FlatPicture): void {
  const { data, labels, edges = [], centroids = [], isEven } = picture;
  const context = fitted(canvas);
  if (!context) return;
  const { clientWidth, clientHeight } = canvas;
  const [least, size] = [0, 1]
    .map((axis) => extent(data, axis))
    .reduce<[number[], number[]]>(
      ([from, sizes], [low, high]) => [
        [...from, low],
        [...sizes, high - low || 1],
      ],
      [[], []],
    );
  const rooms = [clientWidth - 2 * ROOM, clientHeight - 2 * ROOM];
  const scales = rooms.map((room, axis) => room / size[axis]);
  const scale = isEven ? [Math.min(...scales), Math.min(...scales)] : scales;
  const place = (values: ArrayLike<number>, i: number): readonly [number, number] => {
    const [right, up] = [0, 1].map(
      (axis) => scale[axis] * (values[2 * i + axis] - least[axis] - size[axis] / 2),
    );
    return [clientWidth / 2 + right, clientHeight / 2 - up];
  };
  const [muted, page, text] = readColours('--muted', '--page', '--text');
  const colours = clusterColours();
  context.clearRect(0, 0, clientWidth, clientHeight);
  context.beginPath();
  for (let e = 0; e < edges.length; e += 2) {
    context.moveTo(...place(data, edges[e]));
    context.lineTo(...place(data, edges[e + 1]));
  }
  context.strokeStyle = muted;
  context.lineWidth = 0.6;
  context.globalAlpha = 0.5;
  context.stroke();
  context.globalAlpha = 1;
  for (let i = 0; i < data.length / 2; i++) {
    context.beginPath();
    context.arc(...place(data, i), POINT_RADIUS, 0, 2 * Math.PI);
    context.fillStyle = labels ? colours[colourOf(labels[i])] : muted;
    context.fill();
  }
  for (let c = 0; c < centroids.length / 2; c++) {
    const [x, y] = place(centroids, c);
    context.beginPath();
    context.moveTo(x - CROSS, y - CROSS);
    context.lineTo(x + CROSS, y + CROSS);
    context.moveTo(x - CROSS, y + CROSS);
    context.lineTo(x + CROSS, y - CROSS);
    for (const [colour, width] of [
      [page, 7],
      [text, 3],
    ] as const) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.stroke();
    }
  }
}

function extent(data: ArrayLike<number>, axis: number): readonly [number, number] {
  const values = Array.from({ length: data.length / 2 }, (_, i) => data[2 * i + axis]);
  return [Math.min(...values), Math.max(...values)];
}
