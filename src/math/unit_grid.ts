/** Units in rows and columns, as the maps have them: where they lie, how far apart, and who is next to whom. */

export type GridKind = 'rectangular' | 'hexagonal';

/** How far units lie apart: in a straight line, or by the larger of the steps along rows and columns. */
export type GridDistance = 'euclidean' | 'maximum';

/** What `h` is of the distance on the grid; see `NEIGHBOURHOODS`. */
export type Neighbourhood = 'gaussian' | 'bubble' | 'mexicanHat';

export interface GridShape {
  readonly rows: number;
  readonly columns: number;
  /** 'hexagonal': every odd row lies half a unit further right, rows lie sqrt(3)/2 apart. */
  readonly grid: GridKind;
  /** The last row and column lie next to the first. */
  readonly torus: boolean;
}

/** Squares of distances beyond this many squared radii are infinitely far: exp(-1500 / 2) is 0. */
const REACH = 1500;
/** Of a squared distance in squared radii, what still is within the radius: quotients are rounded. */
const EDGE = 1 + 2 ** -20;

/**
 * h of a squared distance, in squared radii: 1 at 0. 'gaussian' exp(-s/2); 'bubble' 1 within the radius, else
 * 0; 'mexicanHat' (1 - s) exp(-s/2), which is below 0 beyond the radius.
 */
export const NEIGHBOURHOODS: Readonly<Record<Neighbourhood, (s: number) => number>> = {
  gaussian: (s) => Math.exp(-s / 2),
  bubble: (s) => (s <= EDGE ? 1 : 0),
  mexicanHat: (s) => (1 - s) * Math.exp(-s / 2),
};

/** h at `squared` distance for a radius >= 0; with radius 0 it is 1 for the unit itself and 0 for others. */
export function neighbourhoodAt(kind: Neighbourhood, squared: number, radius: number): number {
  if (squared === 0) return 1;
  const s = squared / (radius * radius);
  return s <= REACH ? NEIGHBOURHOODS[kind](s) : 0;
}

/** The units of a grid, row after row: unit = row * columns + column. */
export class UnitGrid {
  readonly shape: GridShape;
  readonly units: number;
  /** Squared distance between neighbouring rows, with no step to the side. */
  readonly rowSquare: number;
  /** After how far right, and after how many rows, a torus comes back; 0 on the plane. */
  readonly periods: readonly [right: number, rows: number];
  readonly distance: GridDistance;
  readonly #rights: Float64Array;
  readonly #rows: Float64Array;

  constructor(shape: GridShape, distance: GridDistance = 'euclidean') {
    this.distance = distance;
    const { rows, columns, grid, torus } = shape;
    this.shape = shape;
    this.units = rows * columns;
    this.rowSquare = grid === 'hexagonal' ? 0.75 : 1;
    this.periods = torus ? [columns, rows] : [0, 0];
    const units = { length: this.units };
    this.#rows = Float64Array.from(units, (_, unit) => Math.floor(unit / columns));
    const offset = grid === 'hexagonal' ? 0.5 : 0;
    this.#rights = Float64Array.from(
      units,
      (_, unit) => (unit % columns) + offset * (this.#rows[unit] % 2),
    );
  }

  /** How far right a unit lies, in distances between neighbours: a multiple of 1/2. */
  right(unit: number): number {
    return this.#rights[unit];
  }

  row(unit: number): number {
    return this.#rows[unit];
  }

  /** Exact: a multiple of 1/4. */
  squaredDistance(a: number, b: number): number {
    return this.squaredOf(
      Math.abs(this.right(a) - this.right(b)),
      Math.abs(this.row(a) - this.row(b)),
    );
  }

  /** Of units so far apart to the right and in rows, the shorter way round. */
  squaredOf(right: number, rows: number): number {
    const x = around(right, this.periods[0]);
    const y = around(rows, this.periods[1]);
    return this.distance === 'maximum' ? Math.max(x, y) ** 2 : x * x + this.rowSquare * y * y;
  }

  /** Whether two units touch: the 8 around a unit of a rectangular grid, the 6 of a hexagonal one. */
  adjacent(a: number, b: number): boolean {
    const [width, height] = this.periods;
    const x = around(Math.abs(this.right(a) - this.right(b)), width);
    const y = around(Math.abs(this.row(a) - this.row(b)), height);
    const hexagonal = this.shape.grid === 'hexagonal';
    return a !== b && (hexagonal ? x * x + this.rowSquare * y * y : Math.max(x, y)) <= 1;
  }

  /** The units that touch `unit`, ascending. */
  neighbours(unit: number): number[] {
    const { rows, columns, torus } = this.shape;
    const around = (at: number, size: number) =>
      [at - 1, at, at + 1]
        .map((place) => (torus ? (place + size) % size : place))
        .filter((place) => place >= 0 && place < size);
    const candidates = around(this.row(unit), rows).flatMap((row) =>
      around(unit % columns, columns).map((column) => row * columns + column),
    );
    return [...new Set(candidates)]
      .filter((other) => this.adjacent(unit, other))
      .sort((a, b) => a - b);
  }
}

/** The shorter way around a circle of circumference `period`, if it is one. */
function around(distance: number, period: number): number {
  return period === 0 ? distance : Math.min(distance, period - distance);
}
