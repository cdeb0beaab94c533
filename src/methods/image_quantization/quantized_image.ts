/** A picture in few colours. */
import { nameClass } from '../../../host/class_name.js';

export interface QuantizedState {
  readonly palette: Uint8Array;
  readonly indices: Uint8Array | Uint16Array;
  readonly width: number;
  readonly height: number;
  readonly alpha: Uint8Array | undefined;
  /** Packed colours of the pixels. */
  readonly pixels: Uint32Array;
  readonly channels: number;
  readonly engine: string;
}

/** A picture as numbers of palette colours. Immutable. */
export class QuantizedImage {
  static {
    nameClass(this, 'QuantizedImage');
  }
  /** Red, green and blue of each colour, [colours][3]. */
  readonly palette: Uint8Array;
  /** Colours in the palette: as many as were asked for, or as the picture has, if those are fewer. */
  readonly colours: number;
  /** The colour of each pixel, [height][width]; Uint16Array above 256 colours. */
  readonly indices: Uint8Array | Uint16Array;
  readonly width: number;
  readonly height: number;
  /** The opacity of each pixel as it was given, [height][width]; undefined where the picture has none. */
  readonly alpha: Uint8Array | undefined;
  /** Pixels of each colour, [colours]. */
  readonly counts: Uint32Array;
  /** The mean squared difference to the picture, over its visible pixels and red, green and blue. */
  readonly meanSquaredError: number;
  /** (N log2 K + 24 K) / N for N pixels and K colours: numbers of colours, and the palette. */
  readonly bitsPerPixel: number;
  /** What chose the colours: the adapter's name, or 'cpu'. */
  readonly engine: string;
  readonly #channels: number;

  constructor({ pixels, channels, ...state }: QuantizedState) {
    const { palette, indices, alpha } = state;
    this.palette = palette;
    this.colours = palette.length / 3;
    this.indices = indices;
    this.width = state.width;
    this.height = state.height;
    this.alpha = alpha;
    this.engine = state.engine;
    this.#channels = channels;
    this.counts = new Uint32Array(this.colours);
    let sum = 0;
    let seen = 0;
    for (let i = 0; i < indices.length; i++) {
      this.counts[indices[i]]++;
      if (alpha?.[i] === 0) continue;
      seen++;
      for (let c = 0; c < 3; c++) {
        sum += (((pixels[i] >> (8 * c)) & 255) - palette[3 * indices[i] + c]) ** 2;
      }
    }
    this.meanSquaredError = sum / (3 * Math.max(1, seen));
    this.bitsPerPixel = Math.log2(this.colours) + (24 * this.colours) / indices.length;
    Object.freeze(this);
  }

  /** The picture in these colours, with as many channels as the one that was given. */
  toImage(): {
    readonly data: Uint8ClampedArray<ArrayBuffer>;
    readonly width: number;
    readonly height: number;
    readonly channels: number;
  } {
    const { palette, indices, alpha, width, height } = this;
    const channels = this.#channels;
    const colours = channels < 3 ? 1 : 3;
    const data = new Uint8ClampedArray(channels * indices.length);
    for (let i = 0; i < indices.length; i++) {
      for (let c = 0; c < colours; c++) data[i * channels + c] = palette[3 * indices[i] + c];
      if (alpha) data[i * channels + colours] = alpha[i];
    }
    return { data, width, height, channels };
  }
}
