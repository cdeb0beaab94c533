/** What the library must refuse, and what it must say. */
import type { Points } from '../../../src/index.js';

type ErrorName = 'InvalidArgumentError' | 'NonFiniteError' | 'ShapeError';

/** What is given, in words; what it is; and what the message must hold, in this order. */
export type Refused = readonly [what: string, given: unknown, name: ErrorName, ...parts: string[]];

export const ROWS = [
  [1, 2],
  [3, 4],
  [5, 7],
];
const matrix = (data: unknown, shape: unknown) => ({ data, shape }) as Points;
const remedy = 'finite float32 number. ';

/** Numbers whose buffer now belongs to somebody else. */
function transferred(count: number): Float32Array {
  const numbers = new Float32Array(count);
  structuredClone(numbers.buffer, { transfer: [numbers.buffer] });
  return numbers;
}

export const POINTS: readonly Refused[] = [
  [
    'NaN',
    [
      [1, 2],
      [3, Number.NaN],
    ],
    'NonFiniteError',
    'points',
    'row 1, column 1',
    'NaN',
    remedy,
  ],
  [
    'infinity',
    [
      [1, 2],
      [Number.NEGATIVE_INFINITY, 3],
    ],
    'NonFiniteError',
    'row 1, column 0',
    '-Infinity',
    remedy,
  ],
  [
    'NaN in float32',
    matrix(Float32Array.of(1, 2, 3, 4, 5, Number.NaN), [2, 3]),
    'NonFiniteError',
    'row 1, column 2',
    'NaN',
  ],
  [
    'infinity in float32',
    matrix(Float32Array.of(Infinity, 1, NaN, 2), [2, 2]),
    'NonFiniteError',
    'row 0, column 0',
    'Infinity',
  ],
  [
    'NaN in float64',
    matrix(Float64Array.of(1, 2, Number.NaN, 4), [2, 2]),
    'NonFiniteError',
    'row 1, column 0',
    'NaN',
  ],
  [
    'beyond float32',
    [
      [1, 2],
      [3, 1e39],
    ],
    'NonFiniteError',
    'row 1, column 1',
    '1e+39',
    remedy,
  ],
  [
    'text in a row',
    [
      [1, 2],
      [3, '4'],
    ],
    'NonFiniteError',
    'row 1, column 1',
  ],
  [
    'null in a row',
    [
      [1, null],
      [3, 4],
    ],
    'NonFiniteError',
    'row 0, column 1',
  ],
  [
    'text in a flat array',
    matrix([1, 2, '3', 4], [2, 2]),
    'NonFiniteError',
    "row 1, column 0 is the text '3'",
    'Number()',
  ],
  ['null in a flat array', matrix([1, 2, 3, null], [2, 2]), 'NonFiniteError', 'row 1, column 1'],
  ['a hole in a row', [[1, 2], new Array<number>(2)], 'NonFiniteError', 'row 1, column 0'],
  [
    'ragged rows',
    [[1, 2], [3, 4], [5]],
    'ShapeError',
    'points',
    'row 2 has 1',
    'row 0 has 2',
    'same length',
  ],
  ['no rows', [], 'ShapeError', 'points is empty', 'at least one row'],
  ['no columns', [[], []], 'ShapeError', 'no columns', 'at least one column'],
  ['a row that is no array', [[1, 2], 3], 'InvalidArgumentError', 'points[1]', 'array of numbers'],
  ['a hole for a row', [[1, 2], , [3, 4]], 'InvalidArgumentError', 'points[1]', 'array of numbers'], // eslint-disable-line no-sparse-arrays
  [
    'too few numbers',
    matrix(new Float32Array(5), [3, 2]),
    'ShapeError',
    '5 numbers',
    '[3, 2]',
    '6',
  ],
  [
    'too many numbers',
    matrix(new Float32Array(7), [3, 2]),
    'ShapeError',
    '7 numbers',
    '[3, 2]',
    '6',
  ],
  [
    'a shape of zero rows',
    matrix(new Float32Array(0), [0, 2]),
    'ShapeError',
    '[0,2]',
    'whole numbers >= 1',
  ],
  [
    'a fractional shape',
    matrix(new Float32Array(3), [1.5, 2]),
    'ShapeError',
    '[1.5,2]',
    'whole numbers',
  ],
  ['a shape of one side', matrix(new Float32Array(3), [3]), 'ShapeError', '[3]', '[rows, columns]'],
  ['no shape', matrix(new Float32Array(3), undefined), 'ShapeError', '[rows, columns]'],
  ['a bigint in a shape', matrix(new Float32Array(4), [2n, 2]), 'ShapeError', '[2n,2]'],
  ['a bigint for a shape', matrix(new Float32Array(4), 4n), 'ShapeError', 'shape is 4n'],
  ['no buffer', { buffer: null, shape: [2, 2] }, 'InvalidArgumentError', 'points.buffer is null'],
  [
    'memory of the host for a buffer',
    { buffer: new ArrayBuffer(16), shape: [2, 2] },
    'InvalidArgumentError',
    'points.buffer is [object ArrayBuffer]',
    'GPUBuffer',
  ],
  [
    'an array that was transferred',
    matrix(transferred(4), [2, 2]),
    'ShapeError',
    'holds 0 numbers',
    'transferred',
  ],
  ['a bigint in a row', [[1, 2n]], 'NonFiniteError', 'row 0, column 1 is 2n'],
  ['an object without a name', [[1, Object.create(null)]], 'NonFiniteError', 'row 0, column 1'],
  ['a bare typed array', new Float32Array(4), 'InvalidArgumentError', 'points', 'shape'],
  [
    '64-bit integers',
    matrix(new BigInt64Array(4), [2, 2]),
    'InvalidArgumentError',
    'BigInt64Array',
    'Float64Array.from(data, Number)',
  ],
  ['null', null, 'InvalidArgumentError', 'points is null', 'shape'],
  ['nothing', undefined, 'InvalidArgumentError', 'points is undefined', 'array of rows'],
  ['text', 'points.csv', 'InvalidArgumentError', "points is 'points.csv'", 'array of rows'],
];

/** Options beside k = 2 and 3 x 2 points. */
export const OPTIONS: readonly Refused[] = [
  ['k = 0', { k: 0 }, 'InvalidArgumentError', 'k is 0', 'whole number >= 1'],
  ['k < 0', { k: -3 }, 'InvalidArgumentError', 'k is -3', 'whole number >= 1'],
  ['k a fraction', { k: 2.5 }, 'InvalidArgumentError', 'k is 2.5', 'whole number'],
  ['k NaN', { k: Number.NaN }, 'InvalidArgumentError', 'k is NaN', 'whole number'],
  ['k text', { k: '2' }, 'InvalidArgumentError', "k is '2'", 'whole number'],
  ['k missing', { k: undefined }, 'InvalidArgumentError', 'k is missing', 'number of clusters'],
  ['k > n', { k: 4 }, 'InvalidArgumentError', 'k is 4', '3 rows', 'from 1 to 3'],
  ['nInit = 0', { nInit: 0 }, 'InvalidArgumentError', 'nInit is 0', 'whole number >= 1'],
  ['maxIter = 0', { maxIter: 0 }, 'InvalidArgumentError', 'maxIter is 0', 'whole number >= 1'],
  [
    'maxIter infinite',
    { maxIter: Infinity },
    'InvalidArgumentError',
    'maxIter is Infinity',
    'whole number',
  ],
  ['tol < 0', { tol: -1e-9 }, 'InvalidArgumentError', 'tol is -1e-9', 'finite number >= 0'],
  ['tol NaN', { tol: Number.NaN }, 'InvalidArgumentError', 'tol is NaN', 'finite number >= 0'],
  ['seed < 0', { seed: -1 }, 'InvalidArgumentError', 'seed is -1', 'from 0 to 4294967295'],
  ['seed 2^32', { seed: 2 ** 32 }, 'InvalidArgumentError', 'seed is 4294967296', 'from 0 to'],
  [
    'an algorithm unknown',
    { algorithm: 'elkan' },
    'InvalidArgumentError',
    "algorithm is 'elkan'",
    "'auto' or 'lloyd' or 'bounded'",
  ],
  [
    'a storage unknown',
    { storage: 'float64' },
    'InvalidArgumentError',
    "storage is 'float64'",
    "'float32' or 'float16'",
  ],
  [
    'a metric unknown',
    { metric: 'manhattan' },
    'InvalidArgumentError',
    "metric is 'manhattan'",
    "'euclidean' or 'cosine'",
  ],
  [
    'an init unknown',
    { init: 'kmeans++' },
    'InvalidArgumentError',
    "init is 'kmeans++'",
    "'k-means++'",
    "'k-means||'",
    "'random'",
    'k x d',
  ],
  [
    'onIteration no function',
    { onIteration: 'log' },
    'InvalidArgumentError',
    "onIteration is 'log'",
    'a function',
  ],
  ['signal no signal', { signal: {} }, 'InvalidArgumentError', 'signal is', 'an AbortSignal'],
  [
    'a signal that cannot throw',
    { signal: { aborted: false } },
    'InvalidArgumentError',
    'signal is',
    'an AbortSignal',
  ],
  ['k a bigint', { k: 2n }, 'InvalidArgumentError', 'k is 2n', 'whole number'],
  [
    'runtime text',
    { runtime: 'webgpu' },
    'InvalidArgumentError',
    "runtime is 'webgpu'",
    "'cpu'",
    'createRuntime',
  ],
  [
    'runtime no runtime',
    { runtime: {} },
    'InvalidArgumentError',
    'runtime is',
    "'cpu'",
    'createRuntime',
  ],
  [
    'an option of scikit-learn',
    { n_clusters: 3 },
    'InvalidArgumentError',
    "no option 'n_clusters'",
    'k, init, nInit, maxIter, tol, seed, sampleWeight',
  ],
  [
    'an option in another case',
    { maxiter: 3 },
    'InvalidArgumentError',
    "no option 'maxiter'",
    'maxIter',
  ],
  [
    'an option called __proto__',
    JSON.parse('{ "__proto__": 1 }'),
    'InvalidArgumentError',
    "no option '__proto__'",
  ],
  ['init of too few rows', { init: [[1, 2]] }, 'ShapeError', 'init has 1 row', 'k is 2', 'give 2'],
  ['init of too many rows', { init: ROWS }, 'ShapeError', 'init has 3 rows', 'k is 2'],
  [
    'init of too many columns',
    {
      init: [
        [1, 2, 3],
        [4, 5, 6],
      ],
    },
    'ShapeError',
    'init has 3 columns',
    '2 are needed',
  ],
  ['init ragged', { init: [[1, 2], [4]] }, 'ShapeError', 'init', 'row 1 has 1'],
  [
    'init with NaN',
    {
      init: [
        [1, 2],
        [4, Number.NaN],
      ],
    },
    'NonFiniteError',
    'init',
    'row 1, column 1',
  ],
  [
    'init of no direction',
    {
      init: [
        [1, 2],
        [0, 0],
      ],
      metric: 'cosine',
    },
    'InvalidArgumentError',
    'init',
    'row 1',
    'zeros',
    'non-zero',
  ],
  [
    'weights of another length',
    { sampleWeight: [1, 1] },
    'InvalidArgumentError',
    '2 entries for 3 rows',
    'one finite weight',
  ],
  [
    'a weight < 0',
    { sampleWeight: [1, -0.5, 1] },
    'InvalidArgumentError',
    'sampleWeight[1] is -0.5',
    '>= 0',
  ],
  [
    'a weight NaN',
    { sampleWeight: [1, 1, Number.NaN] },
    'InvalidArgumentError',
    'sampleWeight[2] is NaN',
    'finite',
  ],
  [
    'a weight infinite',
    { sampleWeight: [Infinity, 1, 1] },
    'InvalidArgumentError',
    'sampleWeight[0] is Infinity',
    'finite',
  ],
  [
    'weights all zero',
    { sampleWeight: [0, 0, 0] },
    'InvalidArgumentError',
    'zero for every row',
    'not all zero',
  ],
  [
    'a weight bigint',
    { sampleWeight: [1n, 1, 1] },
    'InvalidArgumentError',
    'sampleWeight[0] is 1n',
  ],
  ['weights no array', { sampleWeight: 1 }, 'InvalidArgumentError', 'sampleWeight is 1'],
];

export const NO_OPTIONS: readonly Refused[] = [
  ['no options', undefined, 'InvalidArgumentError', 'k is missing', '{ k: 3 }'],
  ['options null', null, 'InvalidArgumentError', 'options is null', 'object'],
  ['a number for options', 3, 'InvalidArgumentError', 'options is 3', 'object'],
];

/** Points for predict, transform and score of a model of two columns. */
export const QUERIES: readonly Refused[] = [
  ['too many columns', [[1, 2, 3]], 'ShapeError', 'points has 3 columns', '2 are needed'],
  [
    'too few columns',
    matrix(new Float32Array(4), [4, 1]),
    'ShapeError',
    'points has 1 column',
    '2 are needed',
  ],
  ['no rows', [], 'ShapeError', 'points is empty'],
  [
    'NaN',
    [
      [1, 2],
      [3, Number.NaN],
    ],
    'NonFiniteError',
    'row 1, column 1',
  ],
  ['infinity', matrix(Float32Array.of(1, -Infinity), [1, 2]), 'NonFiniteError', 'row 0, column 1'],
  ['ragged rows', [[1, 2], [3]], 'ShapeError', 'row 1 has 1'],
];
