/**
 * Points as pixels. A million of them take about ten milliseconds on the processor, everywhere and
 * without a graphics driver.
 */
import type { Affine, ScatterPoints } from './scatter_data.js';

/** Points drawn without looking at the clock; more are drawn in several slices, evenly spread. */
const POINTS_PER_SLICE = 50_000;

/** The alpha of points outside of a selection, 0 to 255. */
const FADED = 40;

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
  return Math.round(Math.min(3.5 * density, Math.max(0.6 * density, share)));
}

/** Whether a pixel belongs to a mark of radius r around the origin; as marks.ts has the shapes. */
const SHAPES: readonly ((dx: number, dy: number, r: number) => boolean)[] = [
  (dx, dy, r) => dx * dx + dy * dy <= r * r + 0.8 * r,
  (dx, dy, r) => Math.max(Math.abs(dx), Math.abs(dy)) <= 0.9 * r,
  (dx, dy, r) => dy <= 0.8 * r && 2 * Math.abs(dx) <= dy + 1.2 * r,
  (dx, dy, r) => Math.abs(dx) + Math.abs(dy) <= 1.25 * r,
];

/** Smaller marks all look alike, so they are discs. */
const LEAST_SHAPE_RADIUS = 3;

/** Offsets of each shape's pixels from its centre, in an image of that width. */
function stamps(radius: number, width: number): readonly Int32Array[] {
  return SHAPES.map((_, shape) => {
    const holds = SHAPES[radius < LEAST_SHAPE_RADIUS ? 0 : shape];
    const offsets: number[] = [];
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) {
        if (holds(dx, dy, radius)) offsets.push(dy * width + dx);
      }
    }
    return Int32Array.from(offsets);
  });
}

/** Draws the rows `slice`, `slice + slices`, `slice + 2 slices` … over what `pixels` hold. */
export function drawPoints(
  pixels: { readonly data: Uint32Array; readonly width: number; readonly height: number },
  { x, y }: ScatterPoints,
  across: Affine,
  up: Affine,
  radius: number,
  { labels, colours, palette, selected }: RasterMarks,
  slice: number,
  slices: number,
): void {
  const { data, width, height } = pixels;
  const shapes = stamps(radius, width);
  const [right, bottom] = [width - radius, height - radius];
  const colourCount = palette.length;
  for (let i = slice; i < x.length; i += slices) {
    const px = Math.round(x[i] * across.scale + across.offset);
    const py = Math.round(y[i] * up.scale + up.offset);
    if (px < radius || py < radius || px >= right || py >= bottom) continue;
    const label = labels ? labels[i] : 0;
    let colour = colours ? colours[i] : palette[label % colourCount];
    if (selected?.[i] === 0) colour = ((colour & 0xffffff) | (FADED << 24)) >>> 0;
    const centre = py * width + px;
    const stamp = shapes[Math.floor(label / colourCount) % shapes.length];
    for (let p = 0; p < stamp.length; p++) data[centre + stamp[p]] = colour;
  }
}
