/** A scatter plot that stays fluid with a million points: pan, zoom, hover, lasso. */
import { make } from './dom.js';
import { download } from './download.js';
import { channels, clusterColours, readColours } from './marks.js';
import {
  type Affine,
  type Centre,
  type Domain,
  domainOf,
  nearestRow,
  panned,
  rowsWithin,
  type ScatterMarks,
  type ScatterPoints,
  zoomed,
} from './scatter_data.js';
import { watchGestures } from './scatter_gestures.js';
import { drawOverlay, MARGIN } from './scatter_overlay.js';
import { scatterSvg } from './scatter_svg.js';
import { reportErrors } from './task.js';
import {
  packColour,
  PointRaster,
  radiusFor,
  type RasterMarks,
  slicesFor,
} from './scatter_raster.js';

export type { Centre, Ellipse, Hit, ScatterMarks, ScatterPoints } from './scatter_data.js';
export { packColour } from './scatter_raster.js';

export interface ScatterOptions {
  /** What a picture of the plot is called, without its extension. */
  readonly fileName: () => string;
  /** What is said of a row when the pointer rests on its point. Default: nothing. */
  readonly describe?: (row: number) => string;
  /** Told of the rows within a lasso; of none when the selection ends. Without it there is no lasso. */
  readonly onSelect?: (rows: Uint32Array | undefined) => void;
  /** Told of each place that a centre is dragged to. Without it centres stay where they are. */
  readonly onMove?: (cluster: number, to: Centre) => void;
}

/** Milliseconds of drawing points in one frame. */
const FRAME_MS = 10;

/** Rows held against a lasso before the page gets a turn. */
const ROWS_AT_ONCE = 150_000;

/** How near the pointer must be to a point, in pixels. */
const REACH = 14;

const HINT =
  'Arrow keys move, plus and minus zoom (as the wheel does once the plot has focus, or with Ctrl), 0 shows all';
const MOVE_HINT = '; C picks a centre, Shift and arrow keys move it, and it can be dragged';
const LASSO_HINT = '; draw a lasso with Shift or the Lasso button, Escape ends a selection';

let count = 0;

export class Scatter {
  readonly #canvas: HTMLCanvasElement;
  readonly #overlay = make('canvas', { className: 'overlay', ariaHidden: 'true' });
  readonly #tip = make('div', { className: 'tip', hidden: true });
  readonly #lassoButton = make('button', { type: 'button', ariaPressed: 'false' }, 'Lasso');
  readonly #options: ScatterOptions;
  #points: ScatterPoints | undefined;
  #marks: ScatterMarks = {};
  #trails: number[][] = [];
  #home: Domain | undefined;
  #domain: Domain | undefined;
  #selected: Uint8Array | undefined;
  /** Counts the selections that were begun or ended. */
  #selecting = 0;
  #lasso: readonly number[] = [];
  #hovered: readonly [number, number] | undefined;
  /** The centre that is or was dragged last, and where to. */
  #held: { readonly cluster: number; readonly to: Centre } | undefined;
  readonly #raster = new PointRaster();
  #image: ImageData | undefined;
  #frame = 0;
  /** Counts the drawings that were begun. */
  #drawing = 0;

  /** @param canvas the place of the plot; its size is what the style sheet gives it */
  constructor(canvas: HTMLCanvasElement, options: ScatterOptions) {
    this.#canvas = canvas;
    this.#options = options;
    const hint = make(
      'span',
      { className: 'unseen', id: `scatter-hint-${++count}` },
      `${HINT}${options.onSelect ? LASSO_HINT : ''}${options.onMove ? MOVE_HINT : ''}.`,
    );
    const plot = make('div', { className: 'plot' });
    canvas.before(this.#toolbar(), plot);
    plot.append(canvas, this.#overlay, this.#tip, hint);
    canvas.tabIndex = 0;
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-describedby', hint.id);
    new ResizeObserver(() => {
      this.#draw();
    }).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#draw();
    });
    watchGestures(canvas, () => this.#lassoButton.ariaPressed === 'true', {
      pan: (dx, dy) => {
        const { width, height } = this.#room();
        this.#look(panned(this.#domain!, -dx / width, dy / height));
      },
      zoom: (factor, px, py) => {
        const [across, up] = this.#scales();
        const x = (px - across.offset) / across.scale;
        this.#look(zoomed(this.#domain!, factor, x, (py - up.offset) / up.scale));
      },
      reset: () => {
        this.#look(this.#home);
      },
      hover: (at) => {
        this.#hovered = at;
        this.#drawOver();
      },
      lassoing: (corners) => {
        if (!options.onSelect) return;
        this.#lasso = corners;
        this.#drawOver();
      },
      lassoed: (corners) => {
        if (options.onSelect) void this.#select(corners);
      },
      grab: (at) => {
        const cluster = options.onMove ? this.#centreAt(at) : -1;
        this.#held = cluster < 0 ? undefined : { cluster, to: this.#marks.centres![cluster] };
        this.#drawOver();
        return cluster >= 0;
      },
      drag: ([px, py]) => {
        const [across, up] = this.#scales();
        this.#move({ x: (px - across.offset) / across.scale, y: (py - up.offset) / up.scale });
      },
      pickNext: () => {
        const { centres = [] } = this.#marks;
        if (!options.onMove || centres.length === 0) return;
        const cluster = ((this.#held?.cluster ?? -1) + 1) % centres.length;
        this.#held = { cluster, to: centres[cluster] };
        this.#drawOver();
      },
      nudge: (dx, dy) => {
        if (!this.#held) return false;
        const [across, up] = this.#scales();
        const { x, y } = this.#marks.centres![this.#held.cluster];
        this.#move({ x: x + dx / across.scale, y: y + dy / up.scale });
        return true;
      },
    });
  }

  /** Shows other points, from their whole extent; ends a selection. */
  show(points: ScatterPoints & ScatterMarks): void {
    this.#points = points;
    this.#marks = points;
    this.#trails = [];
    this.#held = undefined;
    this.#home = this.#domain = domainOf(points);
    this.#clearSelection();
    this.#draw();
  }

  /**
   * Shows other marks of the same points, seen as they are; centres leave a trail.
   *
   * @param trail whether the centres have moved there from where they were; else trails begin anew
   */
  update(marks: ScatterMarks, trail = false): void {
    this.#marks = marks;
    const { centres = [] } = marks;
    if (!trail || this.#trails.length !== centres.length) this.#trails = centres.map(() => []);
    centres.forEach(({ x, y }, cluster) => this.#trails[cluster].push(x, y));
    this.#draw();
  }

  /** The plot as it is seen now. */
  async #toPng(): Promise<Blob> {
    const { width, height } = this.#canvas;
    const whole = new OffscreenCanvas(Math.max(1, width), Math.max(1, height));
    const context = whole.getContext('2d')!;
    [context.fillStyle] = readColours('--page');
    context.fillRect(0, 0, width, height);
    context.drawImage(this.#canvas, 0, 0);
    context.drawImage(this.#overlay, 0, 0);
    return whole.convertToBlob({ type: 'image/png' });
  }

  /** The same as shapes; of very many points as a picture with shapes around it. */
  #toSvg(): Blob {
    const { clientWidth, clientHeight } = this.#canvas;
    const [across, up] = this.#scales();
    const text = scatterSvg(clientWidth, clientHeight, {
      points: this.#points!,
      domain: this.#domain!,
      across,
      up,
      marks: this.#marks,
      colours: clusterColours(),
      picture: () => this.#canvas.toDataURL(),
    });
    return new Blob([text], { type: 'image/svg+xml' });
  }

  #save(extension: 'png' | 'svg', picture: Blob): void {
    download(`${this.#options.fileName()}.${extension}`, picture);
  }

  /** The centre whose mark lies at a pixel; -1 where none does. */
  #centreAt([px, py]: readonly [number, number]): number {
    const [across, up] = this.#scales();
    return (this.#marks.centres ?? []).findIndex(
      ({ x, y }) =>
        Math.hypot(x * across.scale + across.offset - px, y * up.scale + up.offset - py) <= REACH,
    );
  }

  #move(to: Centre): void {
    const { cluster } = this.#held!;
    this.#held = { cluster, to };
    this.#trails = [];
    this.#marks = this.#withHeld(this.#marks);
    this.#drawOver();
    this.#options.onMove?.(cluster, to);
  }

  /** The marks with the centre that is held where it is held. */
  #withHeld(marks: ScatterMarks): ScatterMarks {
    const { cluster, to } = this.#held!;
    const put = <T extends Centre>(all: readonly T[]) =>
      all.map((mark, c) => (c === cluster ? { ...mark, ...to } : mark));
    return {
      ...marks,
      ...(marks.centres && { centres: put(marks.centres) }),
      ...(marks.ellipses && { ellipses: put(marks.ellipses) }),
    };
  }

  /** Ends a selection. */
  clearSelection(): void {
    this.#clearSelection();
    this.#draw();
  }

  #clearSelection(): void {
    this.#lasso = [];
    this.#selecting++;
    if (!this.#selected) return;
    this.#selected = undefined;
    this.#options.onSelect?.(undefined);
  }

  #toolbar(): HTMLElement {
    const button = (name: string, label: string, act: () => void) => {
      const made = make('button', { type: 'button', title: label, ariaLabel: label }, name);
      made.addEventListener('click', act);
      return made;
    };
    const zoom = (factor: number) => () => {
      if (!this.#domain) return;
      const { x, y } = this.#domain;
      this.#look(zoomed(this.#domain, factor, (x[0] + x[1]) / 2, (y[0] + y[1]) / 2));
    };
    const lasso = this.#lassoButton;
    lasso.title = 'Drag around points to select them';
    lasso.addEventListener('click', () => {
      lasso.ariaPressed = String(lasso.ariaPressed !== 'true');
      this.#canvas.classList.toggle('lassoing', lasso.ariaPressed === 'true');
    });
    return make(
      'div',
      { className: 'plot-tools', role: 'group', ariaLabel: 'Plot' },
      button('+', 'Zoom in', zoom(2 / 3)),
      button('−', 'Zoom out', zoom(3 / 2)),
      button('Show all', 'Show all points', () => {
        this.#look(this.#home);
      }),
      ...(this.#options.onSelect ? [lasso] : []),
      button('PNG', 'Save the plot as PNG', () => {
        reportErrors(
          this.#toPng().then((png) => {
            this.#save('png', png);
          }),
        );
      }),
      button('SVG', 'Save the plot as SVG', () => {
        if (this.#points) this.#save('svg', this.#toSvg());
      }),
    );
  }

  /** CSS pixels that the points have. */
  #room(): { width: number; height: number } {
    const { clientWidth, clientHeight } = this.#canvas;
    return {
      width: Math.max(1, clientWidth - MARGIN.left - MARGIN.right),
      height: Math.max(1, clientHeight - MARGIN.top - MARGIN.bottom),
    };
  }

  /** From data units to CSS pixels of the canvas. */
  #scales(): readonly [across: Affine, up: Affine] {
    const { width, height } = this.#room();
    const { x, y } = this.#domain!;
    const across = width / (x[1] - x[0]);
    const up = -height / (y[1] - y[0]);
    return [
      { scale: across, offset: MARGIN.left - x[0] * across },
      { scale: up, offset: MARGIN.top - y[1] * up },
    ];
  }

  #look(domain: Domain | undefined): void {
    if (!domain || !this.#points) return;
    this.#domain = domain;
    this.#draw();
  }

  /** Selects within a lasso, some rows at a time; whatever ends a selection ends this too. */
  async #select(corners: readonly number[]): Promise<void> {
    this.#clearSelection();
    this.#draw();
    const points = this.#points;
    if (!points || corners.length === 0) return;
    const selecting = this.#selecting;
    const scales = this.#scales();
    const n = points.x.length;
    const selected = new Uint8Array(n);
    const rows = new Uint32Array(n);
    let found = 0;
    for (let from = 0; from < n; from += ROWS_AT_ONCE) {
      if (from > 0) await new Promise((later) => setTimeout(later));
      if (selecting !== this.#selecting) return;
      const to = Math.min(n, from + ROWS_AT_ONCE);
      const within = rowsWithin(points, ...scales, corners, from, to);
      for (const row of within) selected[row] = 1;
      rows.set(within, found);
      found += within.length;
    }
    if (found === 0) return;
    this.#selected = selected;
    this.#options.onSelect?.(rows.slice(0, found));
    this.#draw();
  }

  /** Draws everything, points in as many frames as they need; a later call takes over. */
  #draw(): void {
    cancelAnimationFrame(this.#frame);
    const drawing = ++this.#drawing;
    const points = this.#points;
    if (!points || this.#canvas.clientWidth === 0) return;
    this.#describeAll(points);
    const density = devicePixelRatio;
    this.#frame = requestAnimationFrame(() => {
      const context = this.#resize(this.#canvas);
      this.#drawOver();
      const room = this.#room();
      const width = Math.round(room.width * density);
      const height = Math.round(room.height * density);
      if (this.#image?.width !== width || this.#image.height !== height) {
        this.#image = new ImageData(width, height);
      }
      const image = this.#image;
      const data = new Uint32Array(image.data.buffer);
      const slices = slicesFor(points.x.length);
      const radius = radiusFor(this.#inSight(points.x.length), width * height, density);
      this.#raster.begin(width, height, radius);
      const [across, up] = this.#scales().map(({ scale, offset }, axis) => ({
        scale: scale * density,
        offset: (offset - (axis === 0 ? MARGIN.left : MARGIN.top)) * density,
      }));
      const marks = this.#rasterMarks();
      let slice = 0;
      const next = () => {
        const start = performance.now();
        do {
          this.#raster.add(points, across, up, marks, slice++, slices);
        } while (slice < slices && performance.now() - start < FRAME_MS);
        this.#raster.resolve(data);
        context.putImageData(image, MARGIN.left * density, MARGIN.top * density);
        if (slice === slices) return;
        // Frames that follow each other at once leave a busy page's other tasks no turn.
        setTimeout(() => {
          if (drawing === this.#drawing) this.#frame = requestAnimationFrame(next);
        });
      };
      next();
    });
  }

  /** About how many of n points are seen, were they spread evenly. */
  #inSight(n: number): number {
    const share = (axis: 'x' | 'y') => {
      const [now, all] = [this.#domain![axis], this.#home![axis]];
      return Math.min(1, (now[1] - now[0]) / (all[1] - all[0]));
    };
    return n * share('x') * share('y');
  }

  #rasterMarks(): RasterMarks {
    const { labels, colours } = this.#marks;
    const names = labels ? clusterColours() : readColours('--muted');
    return {
      labels,
      colours,
      palette: Uint32Array.from(names, (name) => packColour(...channels(name))),
      selected: this.#selected,
    };
  }

  /** Gives a canvas as many pixels as it has on the screen. */
  #resize(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
    const { clientWidth, clientHeight } = this.#canvas;
    const width = Math.round(clientWidth * devicePixelRatio);
    const height = Math.round(clientHeight * devicePixelRatio);
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    return canvas.getContext('2d')!;
  }

  #drawOver(): void {
    const points = this.#points;
    if (!points || !this.#domain) return;
    const [across, up] = this.#scales();
    const row = this.#hovered ? nearestRow(points, across, up, ...this.#hovered, REACH) : -1;
    const ring =
      row < 0
        ? undefined
        : ([
            points.x[row] * across.scale + across.offset,
            points.y[row] * up.scale + up.offset,
          ] as const);
    const context = this.#resize(this.#overlay);
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    drawOverlay(context, this.#canvas.clientWidth, this.#canvas.clientHeight, {
      points,
      domain: this.#domain,
      across,
      up,
      marks: this.#marks,
      trails: this.#trails,
      lasso: this.#lasso,
      ring,
      held: this.#held?.cluster,
      colours: clusterColours(),
    });
    this.#showTip(row, ring);
  }

  #showTip(row: number, ring: readonly [number, number] | undefined): void {
    const text = ring ? this.#options.describe?.(row) : undefined;
    this.#tip.hidden = text === undefined;
    if (text === undefined || !ring) return;
    this.#tip.textContent = text;
    const left = ring[0] > this.#canvas.clientWidth / 2;
    this.#tip.style.translate = left ? 'calc(-100% - 12px) -50%' : '12px -50%';
    this.#tip.style.left = `${ring[0]}px`;
    this.#tip.style.top = `${ring[1]}px`;
  }

  #describeAll({ xName, yName, x }: ScatterPoints): void {
    const { labels, colours } = this.#marks;
    const coloured = (labels ?? colours) ? ', coloured by cluster' : '';
    const what = `${yName} against ${xName} of ${x.length} rows${coloured}`;
    if (this.#canvas.ariaLabel !== what) this.#canvas.ariaLabel = what;
  }
}
