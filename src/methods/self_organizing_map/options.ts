/** What the options of `selfOrganizingMap` must be, and what they are where they are absent. */
import {
  aFunction,
  anObject,
  aSeed,
  aSwitch,
  either,
  oneOf,
  type OptionRule,
  type OptionRules,
  RUNTIME_RULES,
  wholeNumber,
} from '../../fit/options.js';

const A_SCHEDULE: OptionRule = {
  rule: 'a number, [from, to], or a function of the progress from 0 to 1',
  holds: (value) =>
    typeof value === 'number' ||
    typeof value === 'function' ||
    (Array.isArray(value) && value.length === 2),
};

export const MAP_RULES = {
  rows: wholeNumber(1),
  columns: wholeNumber(1),
  grid: oneOf('rectangular', 'hexagonal'),
  distance: oneOf('euclidean', 'maximum'),
  torus: aSwitch,
  neighbourhood: oneOf('gaussian', 'bubble', 'mexicanHat'),
  radius: A_SCHEDULE,
  rate: A_SCHEDULE,
  mode: oneOf('batch', 'online'),
  epochs: wholeNumber(1),
  init: either(oneOf('pca', 'random'), { ...anObject, rule: 'units x d starting weights' }),
  seed: aSeed,
  sampleWeight: anObject,
  onIteration: aFunction,
  ...RUNTIME_RULES,
} as const satisfies OptionRules;

export const MAP_DEFAULTS = {
  grid: 'rectangular',
  torus: false,
  distance: 'euclidean',
  neighbourhood: 'gaussian',
  rate: [0.5, 0.01],
  mode: 'batch',
  epochs: 20,
  init: 'pca',
  seed: 0,
} as const;
