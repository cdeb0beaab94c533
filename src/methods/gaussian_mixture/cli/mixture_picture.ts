/** A mixture in the plane as a picture of pixels: densities, rows, ellipses. */
import type { Gaussian2d } from '../../../cli/write/gaussian2d.js';
import type { RgbaImage } from '../../../cli/write/images.js';
import { COLOURS } from '../../../cli/write/report_style.js';

/** Rows and components in the plane. */
export interface MixtureDrawing {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** The responsibilities of the components for each row, rows x components. */
  readonly shares: ArrayLike<number>;
  readonly components: readonly Gaussian2d[];
  /** [components], summing to 1. */
  readonly weights: ArrayLike<number>;
}

const WIDTH = 880;
const HEIGHT = 560;
/** Room around the rows, as a share of their extent. */
const MARGIN = 0.12;
/** How much colour the densest place has. */
const STRONGEST = 0.5;
const DOT_RADIUS = 4;
const LINE_WIDTH = 2.2;
/** Standard deviations at which a component is outlined. */
const OUTLINES = [1, 2];

type Colour = readonly [red: number, green: number, blue: number];

const PALETTE = COLOURS.map((hex): Colour => {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
});

/**
 * The rows as dots in the mixture of their components' colours, on the mixture's density in the same
 * colours; the components as ellipses of one and two standard deviations.
 */
export function drawMixture(drawing: MixtureDrawing): RgbaImage {
  const image: RgbaImage = {
    data: new Uint8ClampedArray(WIDTH * HEIGHT * 4).fill(255),
    width: WIDTH,
    height: HEIGHT,
  };
  const { components, weights, shares } = drawing;
  const [left, stepX] = pixels(drawing.x, WIDTH);
  const [bottom, stepY] = pixels(drawing.y, HEIGHT);
  // The components in pixels, y downwards.
  const inPixels = components.map(({ x, y, xx, xy, yy }): Gaussian2d => ({
    x: (x - left) / stepX,
    y: HEIGHT - (y - bottom) / stepY,
    xx: xx / stepX ** 2,
    xy: -xy / (stepX * stepY),
    yy: yy / stepY ** 2,
  }));
  paintDensity(image, inPixels, weights);
  for (const [c, component] of inPixels.entries()) outline(image, component, colourOf(c));
  const k = components.length;
  for (let i = 0; i < drawing.x.length; i++) {
    const colour = mixed(Array.from({ length: k }, (_, c) => shares[i * k + c]));
    dot(image, (drawing.x[i] - left) / stepX, HEIGHT - (drawing.y[i] - bottom) / stepY, colour);
  }
  return image;
}

/** The value at pixel 0 and the step to the next, so that all values lie within `size` pixels. */
function pixels(values: ArrayLike<number>, size: number): readonly [start: number, step: number] {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  const extent = high - low || 1;
  return [low - MARGIN * extent, ((1 + 2 * MARGIN) * extent) / size];
}

const colourOf = (component: number): Colour => PALETTE[component % PALETTE.length];

function mixed(shares: readonly number[]): Colour {
  const channel = (i: 0 | 1 | 2) =>
    shares.reduce((sum, share, c) => sum + share * colourOf(c)[i], 0);
  return [channel(0), channel(1), channel(2)];
}

/** Lays `colour` over a pixel; `cover` is from 0 to 1. */
function lay(
  { data, width, height }: RgbaImage,
  x: number,
  y: number,
  colour: Colour,
  cover: number,
) {
  if (x < 0 || y < 0 || x >= width || y >= height || !(cover > 0)) return;
  const at = (y * width + x) * 4;
  for (let i = 0; i < 3; i++) data[at + i] += cover * (colour[i] - data[at + i]);
}

/** Squared Mahalanobis distances to a component, by pixel. */
function distances({ x, y, xx, xy, yy }: Gaussian2d) {
  const determinant = xx * yy - xy * xy;
  return {
    determinant,
    squared: (px: number, py: number) => {
      const [dx, dy] = [px - x, py - y];
      return (yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / determinant;
    },
  };
}

function paintDensity(
  image: RgbaImage,
  components: readonly Gaussian2d[],
  weights: ArrayLike<number>,
): void {
  const densities = components.map((component, c) => {
    const { determinant, squared } = distances(component);
    const height = weights[c] / Math.sqrt(determinant);
    return (x: number, y: number) => height * Math.exp(-squared(x, y) / 2);
  });
  const at = (x: number, y: number) => densities.map((density) => density(x, y));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const peak = Math.max(...components.map(({ x, y }) => sum(at(x, y))));
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const parts = at(x + 0.5, y + 0.5);
      const total = sum(parts);
      if (!(total > 0)) continue;
      const colour = mixed(parts.map((part) => part / total));
      lay(image, x, y, colour, STRONGEST * Math.sqrt(Math.min(1, total / peak)));
    }
  }
}

function outline(image: RgbaImage, component: Gaussian2d, colour: Colour): void {
  const { squared } = distances(component);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const [px, py] = [x + 0.5, y + 0.5];
      const distance = Math.sqrt(squared(px, py));
      // How much the distance changes over a pixel tells how far, in pixels, the outline is.
      const slopeX = Math.sqrt(squared(px + 0.5, py)) - Math.sqrt(squared(px - 0.5, py));
      const slopeY = Math.sqrt(squared(px, py + 0.5)) - Math.sqrt(squared(px, py - 0.5));
      const slope = Math.hypot(slopeX, slopeY);
      for (const deviations of OUTLINES) {
        const away = Math.abs(distance - deviations) / slope;
        lay(image, x, y, colour, Math.min(1, (LINE_WIDTH + 1) / 2 - away));
      }
    }
  }
}

function dot(image: RgbaImage, x: number, y: number, colour: Colour): void {
  const reach = DOT_RADIUS + 2;
  for (let py = Math.floor(y - reach); py <= y + reach; py++) {
    for (let px = Math.floor(x - reach); px <= x + reach; px++) {
      const distance = Math.hypot(px + 0.5 - x, py + 0.5 - y);
      const inside = (radius: number) => Math.min(1, radius + 0.5 - distance);
      // A white rim tells dots that touch apart.
      lay(image, px, py, [255, 255, 255], 0.8 * inside(DOT_RADIUS + 1));
      lay(image, px, py, colour, inside(DOT_RADIUS));
    }
  }
}
