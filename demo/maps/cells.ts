/** Units on their grid as cells of a picture, of which one may be pointed at. */
import { UnitGrid } from '../../src/math/unit_grid.js';

/** Draws a unit into a square of side 1 about the origin; its cell cuts off what is beyond. */
export type Paint = (context: CanvasRenderingContext2D, unit: number) => void;

/** A picture is about so wide, and a cell at most so wide, in pixels. */
const WIDTH = 960;
const MOST_CELL = 56;
/** Of a cell, what stays free for the gap to the next. */
const GAP = 0.05;
const CORNER = 0.14;
/** Half the height of a hexagon whose width is 1. */
const PEAK = 1 / Math.sqrt(3);

const MARK = ['#000', '#fff'] as const;
/** Black ends somewhere on a dark page, and white on a light one. */
const EDGE = 'rgb(128 128 128 / 45%)';

const SQUARE = new Path2D();
SQUARE.roundRect(GAP - 0.5, GAP - 0.5, 1 - 2 * GAP, 1 - 2 * GAP, CORNER);

/** Points up, so that its neighbours lie to the right, to the left and across its slopes. */
const HEXAGON = new Path2D();
for (let corner = 0; corner < 6; corner++) {
  const angle = (Math.PI / 3) * corner + Math.PI / 6;
  const radius = PEAK * (1 - 2 * GAP);
  HEXAGON.lineTo(radius * Math.cos(angle), radius * Math.sin(angle));
}
HEXAGON.closePath();

/** Unseen units. */
const blank: Paint = (context) => {
  context.fillStyle = 'rgb(128 128 128 / 22%)';
  context.fillRect(-1, -1, 2, 2);
};

export class CellPicture {
  readonly #canvas: HTMLCanvasElement;
  #grid: UnitGrid | undefined;
  #paint: Paint = blank;
  #marked: number | undefined;

  /** @param canvas its width is what the style sheet gives it */
  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  /** Shows units, by default as blank cells. */
  show(grid: UnitGrid, paint: Paint = blank): void {
    this.#grid = grid;
    this.#paint = paint;
    this.#draw();
  }

  /** Draws a ring around a unit, or around none. */
  mark(unit: number | undefined): void {
    if (unit === this.#marked) return;
    this.#marked = unit;
    this.#draw();
  }

  /** Tells `onUnit` of the unit that is pointed at, or gone to by the arrow keys; of none on leaving. */
  watch(onUnit: (unit: number | undefined) => void): void {
    const canvas = this.#canvas;
    canvas.tabIndex = 0;
    canvas.addEventListener('pointermove', ({ offsetX, offsetY }) => {
      onUnit(this.#unitAt(offsetX / canvas.clientWidth, offsetY / canvas.clientHeight));
    });
    for (const leaving of ['pointerleave', 'blur']) {
      canvas.addEventListener(leaving, () => {
        onUnit(undefined);
      });
    }
    canvas.addEventListener('keydown', (event) => {
      const step = STEPS[event.key];
      if (!step || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      onUnit(this.#stepped(step));
    });
  }

  #stepped([right, down]: readonly [number, number]): number {
    if (this.#marked === undefined || !this.#grid) return 0;
    const { rows, columns } = this.#grid.shape;
    const column = (this.#marked % columns) + right;
    const row = this.#grid.row(this.#marked) + down;
    const within = (at: number, size: number) => Math.min(size - 1, Math.max(0, at));
    return within(row, rows) * columns + within(column, columns);
  }

  /** Places of the picture in widths of a cell: its size, and the centre of a unit. */
  #size(grid: UnitGrid): readonly [width: number, height: number] {
    const { rows, columns, grid: kind } = grid.shape;
    if (kind === 'rectangular') return [columns, rows];
    const shifted = rows > 1 ? 0.5 : 0;
    return [columns + shifted, (rows - 1) * Math.sqrt(grid.rowSquare) + 2 * PEAK];
  }

  #centre(grid: UnitGrid, unit: number): readonly [x: number, y: number] {
    const top = grid.shape.grid === 'hexagonal' ? PEAK : 0.5;
    return [grid.right(unit) + 0.5, grid.row(unit) * Math.sqrt(grid.rowSquare) + top];
  }

  /** The unit whose centre is nearest, of a place in shares of the picture's width and height. */
  #unitAt(across: number, down: number): number | undefined {
    const grid = this.#grid;
    if (!grid) return undefined;
    const [width, height] = this.#size(grid);
    let nearest = 0;
    let least = Infinity;
    for (let unit = 0; unit < grid.units; unit++) {
      const [x, y] = this.#centre(grid, unit);
      const square = (x - across * width) ** 2 + (y - down * height) ** 2;
      if (square >= least) continue;
      least = square;
      nearest = unit;
    }
    return nearest;
  }

  #draw(): void {
    const grid = this.#grid;
    const context = this.#canvas.getContext('2d');
    if (!grid || !context) return;
    const [width, height] = this.#size(grid);
    const cell = Math.min(MOST_CELL, WIDTH / width);
    this.#canvas.width = Math.ceil(width * cell);
    this.#canvas.height = Math.ceil(height * cell);
    const outline = grid.shape.grid === 'hexagonal' ? HEXAGON : SQUARE;
    for (let unit = 0; unit < grid.units; unit++) {
      this.#at(context, grid, unit, cell);
      context.clip(outline);
      this.#paint(context, unit);
      context.strokeStyle = EDGE;
      context.lineWidth = 0.06;
      context.stroke(outline);
      context.restore();
    }
    if (this.#marked === undefined || this.#marked >= grid.units) return;
    this.#at(context, grid, this.#marked, cell);
    // Seen on whatever colour is below.
    MARK.forEach((colour, inner) => {
      context.strokeStyle = colour;
      context.lineWidth = inner === 1 ? 0.08 : 0.16;
      context.stroke(outline);
    });
    context.restore();
  }

  /** With the origin at a unit's centre, and a cell as the measure. */
  #at(context: CanvasRenderingContext2D, grid: UnitGrid, unit: number, cell: number): void {
    const [x, y] = this.#centre(grid, unit);
    context.save();
    context.scale(cell, cell);
    context.translate(x, y);
  }
}

const STEPS: Readonly<Partial<Record<string, readonly [right: number, down: number]>>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
