/** The kinds of data in numerics.json, by name: a suite must name its cases before any file is read. */

export const KINDS = [
  'breast cancer',
  'diabetes',
  'linnerud',
  'picture, pixels (synthetic)',
  'picture, patches (synthetic)',
  'moons',
  'circles',
  'S-curve',
  'swiss roll',
  'redundant columns',
  'low rank',
  'Gaussian quantiles',
  'sheared blobs',
  'sizes 1000 to 1',
  "Student's t",
  'lognormal',
  'counts',
  'tf-idf',
  'one-hot',
  'timestamps, s',
  'timestamps, ms',
  'timestamps and a value',
  'places in a city',
  'places in the world',
  'six spots in two cities',
  'duplicates',
  'word vectors (synthetic)',
  'narrow cone',
  'quakes',
  'USArrests',
  'swiss',
  'rock',
  'attitude',
  'trees',
  'volcano',
  'eurodist',
  'state.x77',
  'Boston',
  'dependent columns',
  'fewer rows than columns',
  'columns alike to 1e-3',
  'columns alike to 1e-4',
  'counties (synthetic)',
] as const;

/** Those whose directions are clustered, too. */
export const DIRECTIONS: ReadonlySet<string> = new Set([
  'breast cancer',
  'picture, pixels (synthetic)',
  'counts',
  'tf-idf',
  'one-hot',
  'places in a city',
  'places in the world',
  'word vectors (synthetic)',
  'narrow cone',
  'USArrests',
  'volcano',
  'eurodist',
  'counties (synthetic)',
]);

export const ONE_COLUMN: ReadonlySet<string> = new Set(['timestamps, s', 'timestamps, ms']);

/** Groups far apart beside their spread: also for the other ways to find a nearest centroid. */
export const FAR_APART: ReadonlySet<string> = new Set([
  'timestamps, s',
  'timestamps and a value',
  'places in the world',
  'six spots in two cities',
]);
