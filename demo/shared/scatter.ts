/** The scatter plot, on a canvas; drawn in slices, so that a million points hold nothing up. */
import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { colourOf, outline, readColours, shapeOf } from './marks.js';

/** Points, and once known the cluster of each; all of one length. */
export interface ScatterData {
  readonly xName: string;
  readonly yName: string;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly labels?: Uint32Array;
}

type Scale = ScaleLinear<number, number>;

const MARGIN = { top: 12, right: 14, bottom: 44, left: 58 };
/** More points than that are small squares, without shapes. */
const MOST_SHAPES = 20_000;
/** Milliseconds of drawing in one frame. */
const SLICE_MS = 8;
const POINTS_PER_CLOCK = 512;

function extent(values: Float64Array): [low: number, high: number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const pad = low === high ? Math.abs(low) / 10 || 1 : 0;
  return [low - pad, high + pad];
}

export class Scatter {
  readonly #canvas: HTMLCanvasElement;
  #data: ScatterData | undefined;
  #domain: { readonly x: [number, number]; readonly y: [number, number] } | undefined;
  #frame = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    new ResizeObserver(() => {
      this.#draw();
    }).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#draw();
    });
  }

  show(data: ScatterData): void {
    this.#data = data;
    this.#domain = { x: extent(data.x), y: extent(data.y) };
    const coloured = data.labels ? ', coloured by cluster' : '';
    this.#canvas.setAttribute(
      'aria-label',
      `${data.yName} against ${data.xName} of ${data.x.length} rows${coloured}`,
    );
    this.#draw();
  }

  #draw(): void {
    cancelAnimationFrame(this.#frame);
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const context = this.#canvas.getContext('2d');
    if (!context || !this.#data || !this.#domain || width === 0) return;
    const density = devicePixelRatio;
    this.#canvas.width = Math.round(width * density);
    this.#canvas.height = Math.round(height * density);
    context.scale(density, density);
    const x = scaleLinear(this.#domain.x, [MARGIN.left, width - MARGIN.right]).nice(6);
    const y = scaleLinear(this.#domain.y, [height - MARGIN.bottom, MARGIN.top]).nice(5);
    this.#drawAxes(context, x, y);
    this.#drawPoints(context, this.#data, x, y);
  }

  #drawAxes(context: CanvasRenderingContext2D, x: Scale, y: Scale): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const { xName, yName } = this.#data!;
    const style = getComputedStyle(this.#canvas);
    const [text, rule] = [style.color, style.getPropertyValue('--rule')];
    const xTicks = Math.max(2, Math.floor(width / 90));
    const [xFormat, yFormat] = [x.tickFormat(xTicks), y.tickFormat(5)];
    context.font = `12px ${style.fontFamily}`;
    context.fillStyle = text;
    context.strokeStyle = rule;
    context.beginPath();
    for (const tick of y.ticks(5)) {
      const at = Math.round(y(tick)) + 0.5;
      context.moveTo(MARGIN.left, at);
      context.lineTo(width - MARGIN.right, at);
    }
    context.stroke();
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

  #drawPoints(context: CanvasRenderingContext2D, data: ScatterData, x: Scale, y: Scale): void {
    const { labels } = data;
    const n = data.x.length;
    const colours = readColours();
    const paths = Array.from({ length: 4 }, (_, shape) => new Path2D(outline(shape, 36)));
    const density = devicePixelRatio;
    context.fillStyle = getComputedStyle(this.#canvas).getPropertyValue('--muted');
    context.globalAlpha = n > MOST_SHAPES ? 0.5 : 0.75;
    let at = 0;
    const slice = () => {
      const start = performance.now();
      for (; at < n; at++) {
        if (at % POINTS_PER_CLOCK === 0 && performance.now() - start > SLICE_MS) break;
        const [px, py] = [x(data.x[at]), y(data.y[at])];
        const label = labels?.[at] ?? 0;
        if (labels) context.fillStyle = colours[colourOf(label)];
        if (n > MOST_SHAPES) {
          context.fillRect(px - 1, py - 1, 2, 2);
          continue;
        }
        context.setTransform(density, 0, 0, density, density * px, density * py);
        context.fill(paths[shapeOf(label)]);
      }
      if (at < n) this.#frame = requestAnimationFrame(slice);
    };
    slice();
  }
}
