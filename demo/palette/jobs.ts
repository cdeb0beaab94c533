/** What this page's worker does. */

import type { Shown } from '../shared/shown.js';

export interface PictureSummary {
  readonly width: number;
  readonly height: number;
  /** Distinct colours. */
  readonly colours: number;
  /** Whether any of it is transparent: that lies on white. */
  readonly isTransparent: boolean;
  readonly shown: Shown;
}

export interface Quantized {
  /** Red, green and blue of each colour, 0 to 255, the most frequent first. */
  readonly palette: Uint8Array;
  /** Pixels of each colour. */
  readonly counts: Uint32Array;
  readonly shown: Shown;
  /** The differences of the shown pixels. */
  readonly error: Shown;
  readonly bitsPerPixel: number;
  /** Mean over pixels and channels. */
  readonly squaredError: number;
  readonly iterations: number;
  /** The adapter's name, or 'cpu'. */
  readonly engine: string;
  /** Spent in the library. */
  readonly milliseconds: number;
}

export interface PaletteJobs {
  /** Decodes a picture; it is what the other jobs work on from then on. */
  load: { readonly takes: File; readonly gives: PictureSummary };
  /** Takes the number of colours. */
  quantize: { readonly takes: number; readonly gives: Quantized };
  /** The last quantized picture as an indexed PNG. */
  encode: { readonly takes: undefined; readonly gives: Blob };
}
