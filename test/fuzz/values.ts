/**
 * What callers may bring, good and odd, each described by plain data: a case can be printed, made
 * smaller, and built twice, once to be used and once to see whether it was changed.
 */
import fc from 'fast-check';
import { createRandom } from '../../src/math/random.js';

/** Thrown by a caller's own code within a case: it is his, and comes out as it is. */
export class CallersError extends Error {}

/**
 * What every use of a proxy throws that its owner has revoked, as of an object whose getters throw; and
 * what a class throws that was given where a function is called.
 */
const CALLERS_TYPE_ERROR =
  /on a proxy that has been revoked|Class constructor CallersError cannot be invoked/;

export const isCallers = (error: unknown): boolean =>
  error instanceof CallersError ||
  (error instanceof TypeError && CALLERS_TYPE_ERROR.test(error.message));

const throwing = (): never => {
  throw new CallersError('thrown by the caller');
};

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable([[1, 2]], {});
  revoke();
  return proxy;
}

/** Anything but what is asked for. */
const WILD = {
  null: () => null,
  true: () => true,
  NaN: () => Number.NaN,
  Infinity: () => Infinity,
  '-Infinity': () => -Infinity,
  '-1': () => -1,
  '0': () => 0,
  '-0': () => -0,
  '0.5': () => 0.5,
  '2.5': () => 2.5,
  '1e8': () => 1e8,
  '2^31': () => 2 ** 31,
  '2^32': () => 2 ** 32,
  '2^40': () => 2 ** 40,
  '2^53 - 1': () => Number.MAX_SAFE_INTEGER,
  '1e300': () => 1e300,
  '1e-300': () => 1e-300,
  '5e-324': () => Number.MIN_VALUE,
  text: () => '3',
  'empty text': () => '',
  'long text': () => 'x'.repeat(10_000),
  bigint: () => 3n,
  symbol: () => Symbol('a symbol'),
  function: () => () => 3,
  class: () => CallersError,
  'throwing function': () => throwing,
  date: () => new Date(Number.NaN),
  'number object': () => Object(3) as unknown,
  array: () => [],
  'array of arrays': () => [[]],
  'sparse array': () => new Array<number>(3),
  object: () => ({}),
  'bare object': () => Object.create(null) as unknown,
  'object without text': () => ({ toString: throwing, valueOf: throwing }),
  'throwing getters': () =>
    Object.defineProperties({}, { shape: { get: throwing }, data: { get: throwing } }),
  'revoked proxy': revoked,
  promise: () => Promise.resolve(3),
  map: () => new Map([[1, 2]]),
  'array buffer': () => new ArrayBuffer(8),
  'data view': () => new DataView(new ArrayBuffer(8)),
  'big integers': () => BigInt64Array.of(1n, 2n),
  'float32 array': () => Float32Array.of(1, 2, 3),
} as const satisfies Record<string, () => unknown>;

export interface Wild {
  readonly wild: keyof typeof WILD;
}

const isWild = (value: unknown): value is Wild =>
  typeof value === 'object' && value !== null && 'wild' in value;

/** A share of 1: a place in something of any length. */
export const share: fc.Arbitrary<number> = fc.nat(999).map((thousandths) => thousandths / 1000);

export const wild: fc.Arbitrary<Wild> = fc.record({
  wild: fc.constantFrom(...(Object.keys(WILD) as (keyof typeof WILD)[])),
});

/** The value that was described, or the value itself. */
export const built = (value: unknown): unknown => (isWild(value) ? WILD[value.wild]() : value);

/** Mostly what `arbitrary` gives. */
export const mostly = <T>(arbitrary: fc.Arbitrary<T>, weight = 15): fc.Arbitrary<T | Wild> =>
  fc.oneof({ weight, arbitrary }, { weight: 1, arbitrary: wild });

/** Typed arrays of numbers. */
const TYPED = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  clamped: Uint8ClampedArray,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
} as const;

class Numbers extends Array<number> {}
class Floats extends Float32Array {}

const shape = (n: number, d: number): number[] => [n, d];
const cut = <T>(values: ArrayLike<number>, d: number, row: (cells: number[]) => T): T[] =>
  Array.from({ length: values.length / d }, (_, i) =>
    row(Array.from({ length: d }, (__, j) => values[i * d + j])),
  );

function over(buffer: ArrayBufferLike, values: ArrayLike<number>, at = 0): Float32Array {
  const array = new Float32Array(buffer, at, at === 0 ? undefined : values.length);
  array.set(values);
  return array;
}

/** An ArrayBuffer or a SharedArrayBuffer that can be resized, which TypeScript's library lacks yet. */
type Resizable = ArrayBuffer & { resize(bytes: number): void };
const resizable = (bytes: number): Resizable =>
  new (ArrayBuffer as unknown as new (bytes: number, options: object) => Resizable)(bytes, {
    maxByteLength: 2 * bytes,
  });

/** Ways to bring n x d numbers that must all be taken for what they are. */
const GOOD_FORMS = {
  ...(Object.fromEntries(
    Object.entries(TYPED).map(([name, Type]) => [
      name,
      (values: number[], n: number, d: number) => ({ data: Type.from(values), shape: shape(n, d) }),
    ]),
  ) as Record<keyof typeof TYPED, (values: number[], n: number, d: number) => unknown>),
  numbers: (values, n, d) => ({ data: values, shape: shape(n, d) }),
  rows: (values, _, d) => cut(values, d, (cells) => cells),
  'float32 rows': (values, _, d) => cut(values, d, (cells) => Float32Array.from(cells)),
  'float64 rows': (values, _, d) => cut(values, d, (cells) => Float64Array.from(cells)),
  'rows of several kinds': (values, _, d) =>
    cut(values, d, (cells) => cells).map((cells, i) => (i % 2 === 0 ? cells : Floats.from(cells))),
  frozen: (values, n, d) =>
    Object.freeze({ data: Object.freeze(values), shape: Object.freeze(shape(n, d)) }),
  subclass: (values, n, d) => ({ data: Floats.from(values), shape: shape(n, d) }),
  'array subclass': (values, n, d) => ({ data: Numbers.from(values), shape: Numbers.of(n, d) }),
  'part of a buffer': (values, n, d) => ({
    data: over(new ArrayBuffer(4 * values.length + 64), values, 32),
    shape: shape(n, d),
  }),
  shared: (values, n, d) => ({
    data: over(new SharedArrayBuffer(4 * values.length), values),
    shape: shape(n, d),
  }),
  resizable: (values, n, d) => ({
    data: over(resizable(4 * values.length), values),
    shape: shape(n, d),
  }),
  'proxies of arrays': (values, n, d) => ({
    data: new Proxy(values, {}),
    shape: new Proxy(shape(n, d), {}),
  }),
  'proxies of rows': (values, _, d) =>
    new Proxy(
      cut(values, d, (cells) => new Proxy(cells, {})),
      {},
    ),
} as const satisfies Record<string, (values: number[], n: number, d: number) => unknown>;

/** Those of arrays alone, which can bring what no typed array can hold. */
const ARRAYS: readonly string[] = [
  'numbers',
  'rows',
  'frozen',
  'array subclass',
  'proxies of arrays',
  'proxies of rows',
] satisfies (keyof typeof GOOD_FORMS)[];

/** Without its middle element, which forEach and map pass over. */
function withHole<T>(values: readonly T[]): T[] {
  const holed = new Array<T>(values.length);
  const middle = values.length >> 1;
  values.forEach((value, i) => {
    if (i !== middle) holed[i] = value;
  });
  return holed;
}

/** Ways that nobody can be expected to take. */
const ODD_FORMS = {
  detached: (values, n, d) => {
    const data = Float32Array.from(values);
    structuredClone(data.buffer, { transfer: [data.buffer] });
    return { data, shape: shape(n, d) };
  },
  shrunk: (values, n, d) => {
    const buffer = resizable(4 * values.length);
    const data = over(buffer, values);
    buffer.resize(4 * Math.floor(values.length / 2));
    return { data, shape: shape(n, d) };
  },
  'out of bounds': (values, n, d) => {
    const buffer = resizable(8 * values.length);
    const data = new Float32Array(buffer, 4 * values.length, values.length);
    buffer.resize(4);
    return { data, shape: shape(n, d) };
  },
  'proxy of a typed array': (values, n, d) => ({
    data: new Proxy(Float32Array.from(values), {}),
    shape: shape(n, d),
  }),
  'ragged rows': (values, _, d) => [
    // One row more: a longer row by itself would be a matrix of d + 1 columns.
    ...cut(values, d, (cells) => cells),
    Array.from({ length: d + 1 }, () => 1),
  ],
  'row missing': (values, _, d) => {
    const rows = cut(values, d, (cells) => cells);
    return withHole(rows);
  },
  'number missing': (values, n, d) => ({ data: withHole(values), shape: shape(n, d) }),
  'array-like': (values, n, d) => ({
    data: Object.assign({ length: values.length }, values),
    shape: shape(n, d),
  }),
  'no shape': (values) => Float32Array.from(values),
  'data alone': (values) => ({ data: Float32Array.from(values) }),
  'bigint shape': (values, n, d) => ({
    data: Float32Array.from(values),
    shape: [BigInt(n), BigInt(d)],
  }),
  'buffer of null': (_, n, d) => ({ buffer: null, shape: shape(n, d) }),
  'buffer of bytes': (values, n, d) => ({
    buffer: Float32Array.from(values).buffer,
    shape: shape(n, d),
  }),
  'shape of null': (values) => ({ data: Float32Array.from(values), shape: null }),
  'shape beyond all': (values) => ({ data: Float32Array.from(values), shape: [2 ** 40, 2 ** 40] }),
  'shape too large': (values, n, d) => ({ data: Float32Array.from(values), shape: [n + 1, d] }),
  'shape of three': (values, n, d) => ({ data: Float32Array.from(values), shape: [n, d, 1] }),
  'no rows': () => [],
  'no columns': (_, n) => ({ data: new Float32Array(), shape: [n, 0] }),
  'rows of null': (_, n) => Array.from({ length: n }, () => null),
} as const satisfies Record<string, (values: number[], n: number, d: number) => unknown>;

/** Cells that are no finite float32 number; null stands for one in an array alone. */
const SPOILT = {
  NaN: Number.NaN,
  Infinity,
  '1e39': 1e39,
  '-1e308': -1e308,
  text: '3',
  null: null,
  bigint: 3n,
  symbol: Symbol('a symbol'),
  object: {},
} as const;

/** n x d numbers and how they are brought. */
export interface RowsRecipe {
  readonly n: number;
  readonly d: number;
  readonly kind: 'noise' | 'groups' | 'whole' | 'constant' | 'line' | 'equal rows';
  /** Numbers are multiplied by ten to this, and `offset` times as much is added. */
  readonly exponent: number;
  readonly offset: number;
  readonly seed: number;
  readonly form: keyof typeof GOOD_FORMS | keyof typeof ODD_FORMS;
  readonly spoilt: { readonly at: number; readonly value: keyof typeof SPOILT } | null;
}

const goodForm = fc.constantFrom(...(Object.keys(GOOD_FORMS) as (keyof typeof GOOD_FORMS)[]));
const oddForm = fc.constantFrom(...(Object.keys(ODD_FORMS) as (keyof typeof ODD_FORMS)[]));

/** Rows of `columns` columns. Half of them are nothing out of the ordinary. */
export function rowsOf(columns: fc.Arbitrary<number>, most = 40): fc.Arbitrary<RowsRecipe> {
  const rare = <T>(usual: T, others: fc.Arbitrary<T>, weight: number): fc.Arbitrary<T> =>
    fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: others });
  return fc.record({
    n: fc.integer({ min: 1, max: most }),
    d: columns,
    kind: fc.constantFrom('noise', 'groups', 'whole', 'constant', 'line', 'equal rows'),
    exponent: rare(0, fc.integer({ min: -44, max: 38 }), 4),
    offset: rare(0, fc.constantFrom(1, 1e3, -1e6, 1e9), 4),
    seed: fc.nat(1000),
    form: fc.oneof({ weight: 6, arbitrary: goodForm }, { weight: 1, arbitrary: oddForm }),
    spoilt: rare<RowsRecipe['spoilt']>(
      null,
      fc.record({
        at: share,
        value: fc.constantFrom(...(Object.keys(SPOILT) as (keyof typeof SPOILT)[])),
      }),
      12,
    ),
  });
}

function numbersOf({ n, d, kind, exponent, offset, seed }: RowsRecipe): number[] {
  const random = createRandom(seed);
  const scale = 10 ** exponent;
  const first = Array.from({ length: d }, () => random.next());
  return Array.from({ length: n * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    const value = {
      noise: () => 2 * random.next() - 1,
      groups: () => 10 * (i % 3) + random.next(),
      whole: () => random.below(5),
      constant: () => 1,
      line: () => i * (j + 1),
      'equal rows': () => first[j],
    }[kind]();
    return (value + offset) * scale;
  });
}

/** Rows as a call is given them. */
export interface BuiltRows {
  readonly points: unknown;
  /** The numbers that these are, where they are such as must be taken. */
  readonly numbers: ArrayLike<number> | undefined;
}

/** Beyond these sizes numbers may be refused, as their squares leave float32. */
const PLAIN = { least: 1e-15, most: 1e15 };

export function builtRows(recipe: RowsRecipe): BuiltRows {
  const { n, d, form, spoilt } = recipe;
  const clean = numbersOf(recipe);
  const values = [...clean] as unknown[];
  if (spoilt) values[Math.floor(spoilt.at * values.length)] = SPOILT[spoilt.value];
  const isOdd = form in ODD_FORMS;
  const forms: Readonly<Record<string, (values: number[], n: number, d: number) => unknown>> = {
    ...GOOD_FORMS,
    ...ODD_FORMS,
  };
  const holdsAny = ARRAYS.includes(form);
  const brought = values.map((value) =>
    holdsAny || typeof value === 'number' ? value : Number.NaN,
  ) as number[];
  const points = forms[form](brought, n, d);
  if (isOdd || spoilt) return { points, numbers: undefined };
  const Type = Object.hasOwn(TYPED, form) ? TYPED[form as keyof typeof TYPED] : Float64Array;
  const numbers: ArrayLike<number> = Type.from(clean);
  const largest = Math.max(...Array.from(numbers, Math.abs));
  const plain = largest === 0 || (largest > PLAIN.least && largest < PLAIN.most);
  return { points, numbers: plain ? numbers : undefined };
}

/** Rows that any method takes. */
export const plainRows = (n: number, d: number, seed = 1): Float32Array =>
  Float32Array.from(
    numbersOf({ n, d, kind: 'groups', exponent: 0, offset: 0, seed, form: 'rows', spoilt: null }),
  );

const WEIGHTS = {
  ones: (n: number) => new Float32Array(n).fill(1),
  numbers: (n: number) => Array.from({ length: n }, (_, i) => 1 + (i % 3)),
  doubles: (n: number) => Float64Array.from({ length: n }, (_, i) => 0.1 + i),
  integers: (n: number) => Uint8Array.from({ length: n }, (_, i) => i % 3),
  'some 0': (n: number) => Array.from({ length: n }, (_, i) => i % 2),
  'all but one 0': (n: number) => Array.from({ length: n }, (_, i) => (i === 0 ? 1 : 0)),
  'all 0': (n: number) => new Float32Array(n),
  tiny: (n: number) => new Float64Array(n).fill(Number.MIN_VALUE),
  huge: (n: number) => new Float64Array(n).fill(1e200),
  far: (n: number) => Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 1e-30 : 1e30)),
  short: (n: number) => new Float32Array(n - 1),
  negative: (n: number) => new Float32Array(n).fill(-1),
  NaN: (n: number) => new Float32Array(n).fill(Number.NaN),
  texts: (n: number) => Array.from({ length: n }, () => '1'),
  holes: (n: number) => new Array(n) as number[],
  bigints: (n: number) => new BigInt64Array(n),
  'array-like': (n: number) => ({ length: n, 0: 1 }),
} as const satisfies Record<string, (n: number) => unknown>;

export interface WeightsRecipe {
  readonly weights: keyof typeof WEIGHTS;
}
export const weights: fc.Arbitrary<WeightsRecipe> = fc.record({
  weights: fc.constantFrom(...(Object.keys(WEIGHTS) as (keyof typeof WEIGHTS)[])),
});
/** Weights that every method takes, none of them 0. */
export const areWhole = (recipe: unknown): boolean =>
  recipe === undefined ||
  (typeof recipe === 'object' &&
    recipe !== null &&
    'weights' in recipe &&
    ['ones', 'numbers', 'doubles'].includes(recipe.weights as string));

/** An option as a call is given it: a wild value, weights of n rows, rows of their own, or itself. */
export function builtOption(option: unknown, n: number): unknown {
  if (typeof option !== 'object' || option === null) return option;
  if ('weights' in option && typeof option.weights === 'string') {
    return WEIGHTS[option.weights as keyof typeof WEIGHTS](Math.max(1, n));
  }
  if ('form' in option) return builtRows(option as RowsRecipe).points;
  return built(option);
}

/** Everything that can be seen of a value, to tell whether it was changed. */
export function seen(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    // Nothing is left of a detached buffer, and no view of it can be made.
    if (value.byteLength === 0) return 'empty';
    return { bytes: Array.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) };
  }
  if (Array.isArray(value)) return value.map(seen);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(Object.getOwnPropertyDescriptors(value)).map(([name, { value: held }]) => [
      name,
      seen(held),
    ]),
  );
}
