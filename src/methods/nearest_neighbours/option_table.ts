/** What people are told of the options of `nearestNeighbours`. */
import { COMMON, type OptionTable } from '../../fit/option_table.js';
import type { NearestNeighboursOptions } from './nearest_neighbours.js';
import { NEIGHBOURS_DEFAULTS, NEIGHBOURS_RULES } from './options.js';

export const optionTable: OptionTable<NearestNeighboursOptions> = {
  method: 'nearestNeighbours',
  rules: NEIGHBOURS_RULES,
  defaults: NEIGHBOURS_DEFAULTS,
  options: {
    queries: {
      meaning: 'other rows, whose neighbours among `points` are wanted',
      otherwise: 'the rows themselves',
    },
    includeSelf: { meaning: 'a row counts among its own neighbours' },
    signal: COMMON.signal,
    runtime: COMMON.runtime,
  },
};
