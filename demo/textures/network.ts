/** Networks of random filters, which need no file. */
import { type FeatureNetwork, randomFilters } from '../../src/index.js';
import type { MakeSettings } from './jobs.js';

/** Layers of the network for inversion. */
const DEPTH = 4;
/** Pixels that filters see of the layers that are compared: as much as all eight sizes, for less than half of the work. */
const SIZES = [3, 7, 14, 22, 36, 52];

export const networkFor = ({
  kind,
  filters,
}: Pick<MakeSettings, 'kind' | 'filters'>): FeatureNetwork =>
  randomFilters({ filters, depth: kind === 'texture' ? 1 : DEPTH });

export const styleLayers = (reach: number): readonly string[] =>
  SIZES.filter((size) => size <= reach).map((size) => `side${size}`);
