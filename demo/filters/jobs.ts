/** What this page's worker does. */
import type { Border } from '../../src/index.js';
import type { Shown } from '../shared/shown.js';

export interface PictureSummary {
  readonly width: number;
  readonly height: number;
  /** Whether any of it is transparent: that lies on white. */
  readonly isTransparent: boolean;
  readonly shown: Shown;
}

/** How numbers become bytes: those below 0 as 0, without their sign, or all halved and from 127.5 on. */
export type ShownAs = 'clamped' | 'magnitude' | 'shifted';

export interface FilterChoice {
  /** w, three rows of three. */
  readonly weights: readonly number[];
  readonly border: Border;
  readonly shownAs: ShownAs;
}

export interface Filtered {
  readonly shown: Shown;
  /** The least and the largest number, before they are made bytes. */
  readonly range: readonly [least: number, most: number];
  /** The adapter's name, or 'cpu'. */
  readonly engine: string;
  /** Spent in the library. */
  readonly milliseconds: number;
}

export interface FiltersJobs {
  /** Decodes a picture; it is what the other jobs work on from then on. */
  load: { readonly takes: File; readonly gives: PictureSummary };
  filter: { readonly takes: FilterChoice; readonly gives: Filtered };
  /** The last filtered picture as a PNG. */
  encode: { readonly takes: undefined; readonly gives: Blob };
}
