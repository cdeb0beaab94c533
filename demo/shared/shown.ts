/** Pictures to be shown: of large ones every so many pixels. */

/** Pixels to be put on a canvas; every so many of the picture's, where that is large. */
export interface Shown {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, opacity. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** Shown pixels of larger pictures. */
const MOST_SHOWN = 800_000;

/** Which pixels of a picture are shown, taken, not mixed. */
export interface Sampling {
  readonly width: number;
  readonly height: number;
  /** The pixel, counted row by row, that stands at a place of what is shown. */
  readonly pixelAt: (place: number) => number;
}

export function sampling(width: number, height: number): Sampling {
  const step = Math.max(1, Math.ceil(Math.sqrt((width * height) / MOST_SHOWN)));
  const across = Math.ceil(width / step);
  return {
    width: across,
    height: Math.ceil(height / step),
    pixelAt: (place) => Math.floor(place / across) * step * width + (place % across) * step,
  };
}

export function drawShown(canvas: HTMLCanvasElement, { width, height, data }: Shown): void {
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')!.putImageData(new ImageData(data, width, height), 0, 0);
}
