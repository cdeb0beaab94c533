/** The suites of Gaussian mixtures. */
import type { Suite } from '../case.js';
import { mixtureChunks } from './chunks.js';
import { mixtureGolden } from './golden.js';
import { mixtureInput } from './input.js';
import { mixtureNarrow } from './narrow.js';
import { mixtureProperties } from './properties.js';
import { mixtureSizes } from './sizes.js';
import { mixtureStreams } from './streams.js';

export const mixtureSuites: readonly Suite[] = [
  mixtureProperties,
  mixtureSizes,
  mixtureInput,
  mixtureGolden,
  mixtureChunks,
  mixtureNarrow,
  mixtureStreams,
];
