/** CPU twins of shaders/networks/unfold.wgsl, fold.wgsl, pool.wgsl, pool_gradient.wgsl and reshape.wgsl. */
import { CURVES } from '../algebra/activation.js';
import type { Matrix } from '../algebra/algebra.js';
import type {
  Folding,
  PoolGradient,
  Pooling,
  PoolPlan,
  Reshaping,
  Unfolding,
  Windows,
} from './windows.js';

type Values = (matrix: Matrix) => Float64Array;

/** Calls `visit` with each number of the patches and that of the pixels which it is of, where there is one. */
function eachSeen(
  images: number,
  windows: Windows,
  visit: (patch: number, pixel: number) => void,
): void {
  const { down, across, channels, stride, top, left } = windows;
  let patch = 0;
  for (let image = 0; image < images; image++) {
    for (let wy = 0; wy < windows.windowsDown; wy++) {
      for (let wx = 0; wx < windows.windowsAcross; wx++) {
        for (let ky = 0; ky < windows.kernelDown; ky++) {
          const y = stride * wy + ky - top;
          for (let kx = 0; kx < windows.kernelAcross; kx++) {
            const x = stride * wx + kx - left;
            const isThere = y >= 0 && y < down && x >= 0 && x < across;
            const pixel = ((image * down + y) * across + x) * channels;
            for (let c = 0; c < channels; c++, patch++) if (isThere) visit(patch, pixel + c);
          }
        }
      }
    }
  }
}

const imagesOf = ({ pixels, windows: { down, across } }: Unfolding) =>
  pixels.rows / (down * across);

export function unfold(given: Unfolding, values: Values): void {
  const [pixels, patches] = [values(given.pixels), values(given.patches)];
  patches.fill(0);
  eachSeen(imagesOf(given), given.windows, (patch, pixel) => {
    patches[patch] = pixels[pixel];
  });
}

export function fold(given: Folding, values: Values): void {
  const [pixels, patches] = [values(given.pixels), values(given.patches)];
  const { bias, activation = 'linear' } = given;
  const { channels } = given.windows;
  const own = bias && values(bias);
  pixels.fill(0);
  eachSeen(imagesOf(given), given.windows, (patch, pixel) => {
    pixels[pixel] += patches[patch];
  });
  for (let at = 0; at < pixels.length; at++) {
    pixels[at] = CURVES[activation].value(pixels[at] + (own?.[at % channels] ?? 0));
  }
}

/** Calls `visit` with where each pooled number is, and those of its window. */
function eachPooled(
  { down, across, kernelDown, kernelAcross }: PoolPlan,
  { rows, columns }: Matrix,
  visit: (pooled: number, window: readonly number[]) => void,
): void {
  const beside = across / kernelAcross;
  const windows = rows / (kernelDown * kernelAcross);
  for (let window = 0; window < windows; window++) {
    const image = Math.floor(window / (beside * (down / kernelDown)));
    const line = Math.floor(window / beside) % (down / kernelDown);
    for (let c = 0; c < columns; c++) {
      const seen = Array.from({ length: kernelDown * kernelAcross }, (_, k) => {
        const y = line * kernelDown + Math.floor(k / kernelAcross);
        const x = (window % beside) * kernelAcross + (k % kernelAcross);
        return ((image * down + y) * across + x) * columns + c;
      });
      visit(window * columns + c, seen);
    }
  }
}

export function pool(given: Pooling, values: Values): void {
  const [pixels, pooled] = [values(given.pixels), values(given.pooled)];
  eachPooled(given, given.pixels, (at, window) => {
    const seen = window.map((one) => pixels[one]);
    pooled[at] =
      given.kind === 'max'
        ? Math.max(...seen)
        : seen.reduce((sum, value) => sum + value, 0) / seen.length;
  });
}

export function poolGradient(given: PoolGradient, values: Values): void {
  const [pixels, pooled, passed] = [given.pixels, given.pooled, given.passed].map(values);
  eachPooled(given, given.pixels, (at, window) => {
    const seen = window.map((one) => pixels[one]);
    const largest = seen.indexOf(Math.max(...seen));
    window.forEach((one, k) => {
      const share = given.kind === 'max' ? Number(k === largest) : 1 / window.length;
      passed[one] = share * pooled[at];
    });
  });
}

export function reshape({ given, made }: Reshaping, values: Values): void {
  values(made).set(values(given));
}
