/** What this page's worker does. */
import type { Shown } from '../shared/shown.js';

export interface MakeSettings {
  readonly kind: 'texture' | 'inversion';
  /** Of the picture that is made, and of the square of the example; a multiple of 8. */
  readonly side: number;
  /** Filters of each size, or of the first layer. */
  readonly filters: number;
  /** Of textures: the largest filter, in pixels. */
  readonly reach: number;
  /** Of inversion: the layer, from 1. */
  readonly depth: number;
  readonly lambda: number;
  readonly iterations: number;
  readonly seed: number;
}

/** The picture after an iteration. */
export interface Painted {
  readonly iteration: number;
  /** Of all iterations since the last such message. */
  readonly losses: readonly number[];
  readonly shown: Shown;
}

export interface Made {
  readonly shown: Shown;
  readonly startLoss: number;
  readonly loss: number;
  readonly iterations: number;
  /** Of inversion: the mean squared difference of values from the picture, black 0 and white 1. */
  readonly meanSquaredError: number | undefined;
  /** The adapter's name, or 'cpu'. */
  readonly engine: string;
  readonly milliseconds: number;
}

export interface TexturesJobs {
  /** Decodes a picture; it is what the other jobs work on from then on. */
  load: { readonly takes: File; readonly gives: undefined };
  /** The square in the middle of the picture, of so many pixels a side. */
  show: { readonly takes: number; readonly gives: Shown };
  make: { readonly takes: MakeSettings; readonly gives: Made; readonly sends: Painted };
  /** What was made last as a PNG. */
  encode: { readonly takes: undefined; readonly gives: Blob };
}
