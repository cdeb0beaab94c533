/** What a scatter plot shows, and plain geometry on it. */

/** Points, and once known the cluster of each; all of one length. */
export interface ScatterPoints {
  readonly xName: string;
  readonly yName: string;
  readonly x: Float32Array | Float64Array;
  readonly y: Float32Array | Float64Array;
}

/** What changes from one iteration to the next. */
export interface ScatterMarks {
  /** The cluster of each point. */
  readonly labels?: Uint32Array;
  /** The colour of each point in place of its cluster's, packed by `packColour`. */
  readonly colours?: Uint32Array;
  /** One a cluster, in data units, drawn as a cross with its number. */
  readonly centres?: readonly Centre[];
  /** One a component, drawn at one and at two standard deviations. */
  readonly ellipses?: readonly Ellipse[];
  /** Rows that were searched for, the one that was asked for first. */
  readonly hits?: readonly Hit[];
}

/** A row that is named on the plot. */
export interface Hit {
  readonly row: number;
  readonly name: string;
}

export interface Centre {
  readonly x: number;
  readonly y: number;
}

/** A normal distribution on the plot, in data units. */
export interface Ellipse extends Centre {
  /** Its variances and covariance. */
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

/** What the axes reach over. */
export interface Domain {
  readonly x: readonly [low: number, high: number];
  readonly y: readonly [low: number, high: number];
}

/** From data units to pixels: px = x scale + offset. */
export interface Affine {
  readonly scale: number;
  readonly offset: number;
}

function extent(values: Float32Array | Float64Array): [low: number, high: number] {
  let low = Infinity;
  let high = -Infinity;
  // By index: of a million points an iterator takes two frames more.
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return [0, 1];
  const pad = low === high ? Math.abs(low) / 10 || 1 : (high - low) / 30;
  return [low - pad, high + pad];
}

/** Reaches over all points, with room for marks at the edges. */
export function domainOf({ x, y }: ScatterPoints): Domain {
  return { x: extent(x), y: extent(y) };
}

/** `domain` scaled about the point (x, y) of it; a factor below 1 comes closer. */
export function zoomed(domain: Domain, factor: number, x: number, y: number): Domain {
  const scale = ([low, high]: readonly [number, number], at: number) =>
    [at + (low - at) * factor, at + (high - at) * factor] as const;
  return { x: scale(domain.x, x), y: scale(domain.y, y) };
}

/** `domain` moved by shares of its width and height. */
export function panned({ x, y }: Domain, right: number, up: number): Domain {
  const dx = (x[1] - x[0]) * right;
  const dy = (y[1] - y[0]) * up;
  return { x: [x[0] + dx, x[1] + dx], y: [y[0] + dy, y[1] + dy] };
}

/** The row whose point is nearest to a pixel and within `reach` pixels of it; -1 where none is. */
export function nearestRow(
  { x, y }: ScatterPoints,
  across: Affine,
  up: Affine,
  px: number,
  py: number,
  reach: number,
): number {
  let nearest = -1;
  let least = reach * reach;
  for (let i = 0; i < x.length; i++) {
    const dx = x[i] * across.scale + across.offset - px;
    if (dx > reach || dx < -reach) continue;
    const dy = y[i] * up.scale + up.offset - py;
    const distance = dx * dx + dy * dy;
    if (distance > least) continue;
    least = distance;
    nearest = i;
  }
  return nearest;
}

/**
 * The rows whose points lie within a closed polygon of pixels (even-odd rule).
 *
 * @param corners x and y of each corner, one after the other
 * @param from the first row to look at
 * @param to one after the last
 */
export function rowsWithin(
  { x, y }: ScatterPoints,
  across: Affine,
  up: Affine,
  corners: readonly number[],
  from = 0,
  to = x.length,
): Uint32Array {
  const xs = corners.filter((_, at) => at % 2 === 0);
  const ys = corners.filter((_, at) => at % 2 === 1);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const edges = edgesByLine(ys, top, bottom);
  const rows = new Uint32Array(to - from);
  let found = 0;
  for (let i = from; i < to; i++) {
    const px = x[i] * across.scale + across.offset;
    const py = y[i] * up.scale + up.offset;
    if (!(px >= left && px <= right && py >= top && py <= bottom)) continue;
    let inside = false;
    for (const a of edges[Math.floor(py - top)]) {
      const b = (a || xs.length) - 1;
      const crosses = ys[a] > py !== ys[b] > py;
      if (crosses && px < ((xs[b] - xs[a]) * (py - ys[a])) / (ys[b] - ys[a]) + xs[a]) {
        inside = !inside;
      }
    }
    if (inside) rows[found++] = i;
  }
  return rows.slice(0, found);
}

/**
 * For each line of pixels from `top` on, the edges of a polygon that reach it, by their end: a lasso
 * has hundreds, and a million points must not be held against all of them.
 */
function edgesByLine(ys: readonly number[], top: number, bottom: number): readonly number[][] {
  const lines = Array.from({ length: Math.floor(bottom - top) + 1 }, (): number[] => []);
  ys.forEach((end, a) => {
    const start = ys[(a || ys.length) - 1];
    const last = Math.floor(Math.max(start, end) - top);
    for (let line = Math.floor(Math.min(start, end) - top); line <= last; line++) {
      lines[line].push(a);
    }
  });
  return lines;
}

/** Points of an ellipse at `deviations` standard deviations, as x, y, x, y … in data units. */
export function ellipsePath({ x, y, xx, xy, yy }: Ellipse, deviations: number): number[] {
  const steps = 60;
  // The Cholesky factor of the covariance maps the unit circle to the ellipse.
  const a = Math.sqrt(Math.max(0, xx));
  const b = a > 0 ? xy / a : 0;
  const c = Math.sqrt(Math.max(0, yy - b * b));
  const path: number[] = [];
  for (let step = 0; step <= steps; step++) {
    const angle = (2 * Math.PI * step) / steps;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    path.push(x + deviations * a * cos, y + deviations * (b * cos + c * sin));
  }
  return path;
}
