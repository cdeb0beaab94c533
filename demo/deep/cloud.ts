/** Codes as points, that move from frame to frame. */
import { clusterColours, colourOf, outline, readColours, shapeOf } from '../shared/marks.js';
import type { Frame } from './jobs.js';

/** Of a mark, in square pixels. */
const AREA = 14;
const MARGIN = 8;
/** From one frame to the next. */
const MOVE_MS = 400;

export class Cloud {
  readonly #canvas: HTMLCanvasElement;
  #from: Float32Array = new Float32Array(0);
  #shown: Float32Array = new Float32Array(0);
  #frame: Frame | undefined;
  #began = 0;
  #next = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    new ResizeObserver(() => {
      this.redraw();
    }).observe(canvas);
  }

  show(frame: Frame | undefined): void {
    this.#frame = frame;
    const places = frame?.places ?? new Float32Array(0);
    const isLikeBefore = this.#shown.length === places.length;
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.#from = isLikeBefore && !isStill ? this.#shown.slice() : places;
    this.#began = performance.now();
    this.redraw();
  }

  redraw(): void {
    cancelAnimationFrame(this.#next);
    this.#next = requestAnimationFrame(() => {
      this.#draw();
    });
  }

  #draw(): void {
    const { clientWidth, clientHeight } = this.#canvas;
    const scale = devicePixelRatio;
    this.#canvas.width = clientWidth * scale;
    this.#canvas.height = clientHeight * scale;
    const context = this.#canvas.getContext('2d');
    if (!context || !this.#frame) return;
    const { places, labels } = this.#frame;
    const done = Math.min(1, (performance.now() - this.#began) / MOVE_MS);
    this.#shown = places.map((value, at) => this.#from[at] + done * (value - this.#from[at]));
    const most = this.#shown.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-30);
    const unit = (Math.min(clientWidth, clientHeight) / 2 - MARGIN) / most;
    const [grey] = readColours('--muted');
    const colours = clusterColours();
    const marks = new Map<number, Path2D>();
    context.scale(scale, scale);
    context.translate(clientWidth / 2, clientHeight / 2);
    for (let i = 0; i < places.length / 2; i++) {
      const label = labels?.[i];
      const shape = label === undefined ? 0 : shapeOf(label);
      const mark = marks.get(shape) ?? new Path2D(outline(shape, AREA));
      marks.set(shape, mark);
      context.fillStyle = label === undefined ? grey : colours[colourOf(label)];
      const [x, y] = [unit * this.#shown[2 * i], -unit * this.#shown[2 * i + 1]];
      context.translate(x, y);
      context.fill(mark);
      context.translate(-x, -y);
    }
    if (done < 1) this.redraw();
  }
}
