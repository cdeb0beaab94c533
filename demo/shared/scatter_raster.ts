/**
 * Points as pixels, antialiased: each is laid on with the share of every pixel that it covers, and where
 * many lie on each other their colours mix and the pixel says how many there are. On the processor,
 * everywhere and without a graphics driver; in whatever order, with the same picture.
 */
import type { Affine, ScatterPoints } from './scatter_data.js';

/** Points drawn without looking at the clock; more are drawn in several slices, evenly spread. */
const POINTS_PER_SLICE = 50_000;

/** What a point outside of a selection counts beside others. */
const FADED = 0.12;

/** Places within a pixel that points are drawn at, along each side. */
const PHASES = 4;
/** Places within a pixel that are looked at for what a mark covers, along each side. */
const SAMPLES = 4;

/** What a pixel holds: red, green and blue by weight, and the weight. */
const PARTS = 4;

/** How dark a pixel is that holds as much as those of the points hold typically: 1 - 1/e^2. */
const TYPICAL = 2;
/** Below 1, so that a lone point is still seen beside heaps. */
const CONTRAST = 0.7;

/** A colour as the pixels of a canvas hold it (little-endian RGBA). Channels are 0 to 255. */
export function packColour(red: number, green: number, blue: number, alpha = 255): number {
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

export interface RasterMarks {
  /** The cluster of each point; all are 0 where absent. */
  readonly labels: Uint32Array | undefined;
  /** The colour of each point; its cluster's where absent. */
  readonly colours: Uint32Array | undefined;
  /** Colours of the clusters, packed; repeated where there are more clusters. */
  readonly palette: Uint32Array;
  /** 1 for each selected point; every point is where absent. */
  readonly selected: Uint8Array | undefined;
}

/** Slices that n points are drawn in. */
export function slicesFor(n: number): number {
  return Math.max(1, Math.ceil(n / POINTS_PER_SLICE));
}

/** The radius of a point in pixels, for n points in sight on `area` pixels. */
export function radiusFor(n: number, area: number, density: number): number {
  const share = Math.sqrt(area / Math.max(1, n)) / 4;
  return Math.min(3.5 * density, Math.max(0.6 * density, share));
}

/** Whether a place belongs to a mark of radius r around the origin; as marks.ts has the shapes. */
const SHAPES: readonly ((dx: number, dy: number, r: number) => boolean)[] = [
  (dx, dy, r) => dx * dx + dy * dy <= r * r,
  (dx, dy, r) => Math.max(Math.abs(dx), Math.abs(dy)) <= 0.9 * r,
  (dx, dy, r) => dy <= 0.8 * r && 2 * Math.abs(dx) <= dy + 1.2 * r,
  (dx, dy, r) => Math.abs(dx) + Math.abs(dy) <= 1.25 * r,
];

/** Smaller marks all look alike, so they are discs. */
const LEAST_SHAPE_RADIUS = 2.5;

/** The pixels that a mark covers: where they are among the numbers of an image, and how much of each. */
interface Stamp {
  readonly offsets: Int32Array;
  readonly shares: Float32Array;
}

function makeStamp(shape: number, radius: number, phase: number, width: number): Stamp {
  const holds = SHAPES[radius < LEAST_SHAPE_RADIUS ? 0 : shape];
  const [x, y] = [phase % PHASES, Math.floor(phase / PHASES)].map((at) => (at + 0.5) / PHASES);
  const reach = Math.ceil(1.25 * radius) + 1;
  const offsets: number[] = [];
  const shares: number[] = [];
  for (let row = -reach; row <= reach; row++) {
    for (let column = -reach; column <= reach; column++) {
      let covered = 0;
      for (let sample = 0; sample < SAMPLES ** 2; sample++) {
        const dx = column + ((sample % SAMPLES) + 0.5) / SAMPLES - x;
        const dy = row + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES - y;
        covered += Number(holds(dx, dy, radius));
      }
      if (covered === 0) continue;
      offsets.push(PARTS * (row * width + column));
      shares.push(covered / SAMPLES ** 2);
    }
  }
  return { offsets: Int32Array.from(offsets), shares: Float32Array.from(shares) };
}

/** An image that points are laid on, one slice after the other. */
export class PointRaster {
  #width = 0;
  #height = 0;
  #radius = 0;
  #sums = new Float32Array(0);
  /** Made when first needed. */
  #stamps: (Stamp | undefined)[] = [];

  /**
   * Begins anew, with nothing on it.
   *
   * @param radius of a point, in pixels
   */
  begin(width: number, height: number, radius: number): void {
    const size = PARTS * width * height;
    if (this.#sums.length === size) this.#sums.fill(0);
    else this.#sums = new Float32Array(size);
    if (width !== this.#width || radius !== this.#radius) this.#stamps = [];
    this.#width = width;
    this.#height = height;
    this.#radius = radius;
  }

  /** Lays on the rows `slice`, `slice + slices`, `slice + 2 slices` … */
  add(
    { x, y }: ScatterPoints,
    across: Affine,
    up: Affine,
    { labels, colours, palette, selected }: RasterMarks,
    slice: number,
    slices: number,
  ): void {
    const [width, height] = [this.#width, this.#height];
    const sums = this.#sums;
    const edge = Math.ceil(1.25 * this.#radius) + 1;
    const [right, bottom] = [width - edge, height - edge];
    const colourCount = palette.length;
    for (let i = slice; i < x.length; i += slices) {
      const px = x[i] * across.scale + across.offset;
      const py = y[i] * up.scale + up.offset;
      if (!(px >= edge && py >= edge && px < right && py < bottom)) continue;
      const [column, row] = [Math.floor(px), Math.floor(py)];
      const label = labels ? labels[i] : 0;
      const colour = colours ? colours[i] : palette[label % colourCount];
      const weight = selected?.[i] === 0 ? FADED : 1;
      const red = (colour & 255) * weight;
      const green = ((colour >>> 8) & 255) * weight;
      const blue = ((colour >>> 16) & 255) * weight;
      const phase = Math.floor((py - row) * PHASES) * PHASES + Math.floor((px - column) * PHASES);
      const { offsets, shares } = this.#stamp(Math.floor(label / colourCount), phase);
      const centre = PARTS * (row * width + column);
      for (let p = 0; p < offsets.length; p++) {
        const at = centre + offsets[p];
        const share = shares[p];
        sums[at] += red * share;
        sums[at + 1] += green * share;
        sums[at + 2] += blue * share;
        sums[at + 3] += weight * share;
      }
    }
  }

  #stamp(form: number, phase: number): Stamp {
    const shape = form % SHAPES.length;
    const at = shape * PHASES ** 2 + phase;
    return (this.#stamps[at] ??= makeStamp(shape, this.#radius, phase, this.#width));
  }

  /** Writes what was laid on so far as the pixels of a canvas of the same size. */
  resolve(data: Uint32Array): void {
    const sums = this.#sums;
    let weights = 0;
    let squares = 0;
    for (let at = 3; at < sums.length; at += PARTS) {
      const weight = sums[at];
      weights += weight;
      squares += weight * weight;
    }
    // What a pixel holds at the place of a typical point.
    const rate = TYPICAL / Math.max(1, squares / Math.max(1e-30, weights)) ** CONTRAST;
    for (let pixel = 0, at = 0; pixel < data.length; pixel++, at += PARTS) {
      const weight = sums[at + 3];
      if (weight === 0) {
        data[pixel] = 0;
        continue;
      }
      // What rounds a colour also cuts off the weight's.
      const scale = 1 / weight;
      data[pixel] = packColour(
        sums[at] * scale + 0.5,
        sums[at + 1] * scale + 0.5,
        sums[at + 2] * scale + 0.5,
        Math.max(1, 255 * (1 - Math.exp(-rate * weight)) + 0.5),
      );
    }
  }
}
