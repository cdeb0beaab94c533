/** What people are told of the options of `selfOrganizingMap`. */
import { COMMON, type OptionTable } from '../../fit/option_table.js';
import { MAP_DEFAULTS, MAP_RULES } from './options.js';
import type { SelfOrganizingMapOptions } from './self_organizing_map.js';

export const optionTable: OptionTable<SelfOrganizingMapOptions> = {
  method: 'selfOrganizingMap',
  rules: MAP_RULES,
  defaults: MAP_DEFAULTS,
  options: {
    rows: { meaning: 'units of the map along its height' },
    columns: { meaning: 'and its width; at most as many units as there are rows of points' },
    grid: {
      meaning: "or `'hexagonal'`: every odd row lies half a unit further right",
      flag: '--grid <kind>',
      help: 'how units lie',
    },
    torus: {
      meaning: 'no border: the last row and column lie next to the first',
      flag: '--torus',
    },
    distance: {
      meaning: "on the grid; `'maximum'`: the larger step, as R's kohonen on rectangular grids",
      flag: '--distance <kind>',
      help: 'how far units lie apart on the grid: in a straight line, or by the larger step',
    },
    neighbourhood: {
      meaning: "or `'bubble'`, `'mexicanHat'`",
      flag: '--neighbourhood <kind>',
      help: 'how the units around the best one follow it',
    },
    radius: {
      meaning: 'a number, `[from, to]` or a function of the progress 0..1; 0 is K-means',
      otherwise: 'half the longer side (>= 1) to 0.5',
      flag: '--radius <number>',
      help: 'how far they do: a number, or from..to',
    },
    rate: {
      meaning: "likewise, for `'online'`: the share of the way to a row that its unit goes",
      flag: '--rate <number>',
      help: 'online: the share of the way to a row',
    },
    mode: {
      meaning: "or `'online'`: one row at a time, shuffled (streams in their order)",
      flag: '--mode <name>',
      help: 'all rows at once in each epoch, or one row at a time',
    },
    epochs: { meaning: 'passes over the rows', flag: '--epochs <number>' },
    init: {
      meaning: "the plane of two principal components; or `'random'` rows, or starting weights",
      flag: '--init <method>',
      help: 'where units begin: on the first two principal components, or on rows',
    },
    seed: COMMON.seed,
    sampleWeight: {
      meaning: "one weight >= 0 a row; `'online'`: it multiplies the rate, to 1 at most",
      otherwise: 'all 1',
    },
    onIteration: {
      meaning:
        'called with `{ epoch, epochs, radius, meanSquare, weights() }`; `weights()` reads them',
    },
    signal: COMMON.signal,
    runtime: COMMON.runtime,
  },
};
