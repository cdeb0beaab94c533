/**
 * The assertions of conformance suites. A tolerance comes with the reason why it is right, NaN and
 * infinity never pass one, and a failure shows expected, actual and difference side by side.
 */

/** Thrown by every assertion here. */
export class ExpectationError extends Error {
  override readonly name = 'ExpectationError';
}

/** A number passes where |actual - expected| <= absolute + relative * |expected|. */
export interface Tolerance {
  /** 0 when absent. */
  readonly relative?: number;
  /** 0 when absent. */
  readonly absolute?: number;
  /** Why this much, and no less, is right. */
  readonly because: string;
  /** What is compared, for the message. */
  readonly what?: string;
}

/** What an error must be like; what is absent is not looked at, but something must be there. */
export interface ErrorPattern {
  readonly name?: string;
  readonly code?: string;
  readonly message?: RegExp;
}

export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

const SHOWN = 8;

/** Throws ExpectationError with `message` unless `condition` is true. */
export function expectThat(condition: boolean, message: string): asserts condition {
  if (!condition) throw new ExpectationError(message);
}

/**
 * Numbers, or arrays of them element by element, that agree within a tolerance. NaN and infinity
 * fail on either side, whatever the tolerance.
 */
export function expectClose(
  actual: number | ArrayLike<number>,
  expected: number | ArrayLike<number>,
  tolerance: Tolerance,
): void {
  const { relative = 0, absolute = 0, because, what = 'values' } = tolerance;
  expectThat(
    relative >= 0 && absolute >= 0 && relative + absolute > 0 && because.trim() !== '',
    `${what}: a tolerance needs a relative or absolute part above 0 and a reason; for none use expectEqual.`,
  );
  compare(what, `|expected| * ${relative} + ${absolute}, because ${because}`, actual, expected, {
    accepts: (a, e) => Math.abs(a - e) <= absolute + relative * Math.abs(e),
    excess: (a, e) => Math.abs(a - e) / (absolute + relative * Math.abs(e)),
    finite: true,
  });
}

/** Numbers, or typed arrays of one kind, equal bit by bit: -0 is not 0, and NaN may equal NaN. */
export function expectSameBits<T extends number | TypedArray>(
  actual: T,
  expected: T,
  what = 'bits',
): void {
  const [a, e] = [typedArray(actual), typedArray(expected)];
  expectThat(kind(a) === kind(e), `${what}: actual is a ${kind(a)}, expected a ${kind(e)}.`);
  const bits = (array: TypedArray) =>
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  const [aBits, eBits] = [bits(a), bits(e)];
  const same = a.length === e.length && aBits.every((byte, i) => byte === eBits[i]);
  if (same) return;
  compare(what, 'not one bit', a, e, {
    accepts: (x, y) => Object.is(x, y),
    excess: (x, y) => Math.abs(x - y),
    finite: false,
  });
  throw new ExpectationError(`${what}: NaNs with different bits.`);
}

/**
 * Deep equality of plain values: primitives (Object.is, but 0 equals -0), arrays, typed arrays of
 * one kind, Maps, Sets and plain objects. Arrays of numbers are shown as `expectClose` shows them.
 */
export function expectEqual<T>(actual: T, expected: T, what = 'value'): void {
  const difference = findDifference(actual, expected, what);
  if (difference === undefined) return;
  if (isNumbers(actual) && isNumbers(expected)) {
    compare(what, 'nothing', actual, expected, {
      accepts: (a, e) => a === e || Object.is(a, e),
      excess: (a, e) => Math.abs(a - e),
      finite: false,
    });
  }
  throw new ExpectationError(difference);
}

/**
 * Runs `action`, which must throw or reject with an error like `pattern`, and returns that error.
 * Errors are told by name and code, not by class: a suite's bundle may hold a second copy of it.
 */
export async function expectThrows(action: () => unknown, pattern: ErrorPattern): Promise<Error> {
  const { name, code, message } = pattern;
  expectThat(
    name !== undefined || code !== undefined || message !== undefined,
    'expectThrows: give the name, code or message that the error must have.',
  );
  let error: unknown;
  try {
    await action();
  } catch (thrown) {
    error = thrown;
  }
  const wanted = [name, code && `code '${code}'`, message && `message ${String(message)}`];
  const expected = `expected an error: ${wanted.filter(Boolean).join(', ')}`;
  if (error === undefined) throw new ExpectationError(`${expected}; nothing was thrown.`);
  // Not instanceof: the error may come from another realm.
  const given = error as Partial<Error & { code: unknown }>;
  const fits =
    (name === undefined || given.name === name) &&
    (code === undefined || given.code === code) &&
    (message === undefined || message.test(given.message ?? ''));
  if (!fits) {
    const was = `${String(given.name)}, code '${String(given.code)}': ${String(given.message)}`;
    throw new ExpectationError(`${expected}\n  actual: ${was}`, { cause: error });
  }
  return error as Error;
}

interface Rule {
  readonly accepts: (actual: number, expected: number) => boolean;
  /** How bad a mismatch is, to find the worst. */
  readonly excess: (actual: number, expected: number) => number;
  /** Whether NaN and infinity fail by themselves. */
  readonly finite: boolean;
}

function compare(
  what: string,
  allowed: string,
  actual: number | ArrayLike<number>,
  expected: number | ArrayLike<number>,
  rule: Rule,
): void {
  const a = typeof actual === 'number' ? [actual] : actual;
  const e = typeof expected === 'number' ? [expected] : expected;
  expectThat(a.length === e.length, `${what}: ${a.length} values, expected ${e.length}.`);
  const bad: number[] = [];
  let worst = { index: -1, excess: -1 };
  for (let i = 0; i < e.length; i++) {
    const finite = Number.isFinite(a[i]) && Number.isFinite(e[i]);
    if (rule.finite ? finite && rule.accepts(a[i], e[i]) : rule.accepts(a[i], e[i])) continue;
    bad.push(i);
    const excess = finite ? rule.excess(a[i], e[i]) : Number.POSITIVE_INFINITY;
    if (excess > worst.excess) worst = { index: i, excess };
  }
  if (bad.length === 0) return;
  const shown = bad.slice(0, SHOWN);
  if (!shown.includes(worst.index)) shown.push(worst.index);
  throw new ExpectationError(
    [
      `${what}: ${bad.length} of ${e.length} differ; allowed: ${allowed}.`,
      row('index', 'expected', 'actual', 'difference'),
      ...shown.map((i) => {
        const line = row(String(i), String(e[i]), String(a[i]), (a[i] - e[i]).toExponential(3));
        return i === worst.index && bad.length > 1 ? `${line}  worst` : line;
      }),
      ...(bad.length > shown.length ? [`  ... and ${bad.length - shown.length} more`] : []),
    ].join('\n'),
  );
}

function row(index: string, expected: string, actual: string, difference: string): string {
  return `  ${index.padStart(9)} ${expected.padStart(24)} ${actual.padStart(24)} ${difference.padStart(12)}`;
}

function typedArray(value: number | TypedArray): TypedArray {
  return typeof value === 'number' ? Float64Array.of(value) : value;
}

function isNumbers(value: unknown): value is ArrayLike<number> {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'number');
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** The first place where two values differ, in words, or undefined. */
function findDifference(actual: unknown, expected: unknown, path: string): string | undefined {
  if (actual === expected || Object.is(actual, expected)) return undefined;
  const differ = `${path}\n  expected: ${show(expected)}\n  actual:   ${show(actual)}`;
  if (typeof actual !== 'object' || typeof expected !== 'object' || !actual || !expected) {
    return differ;
  }
  if (kind(actual) !== kind(expected)) {
    return `${differ}\n  (${kind(actual)} is not ${kind(expected)})`;
  }
  const [a, e] = [entries(actual), entries(expected)];
  for (const key of new Set([...e.keys(), ...a.keys()])) {
    if (!a.has(key)) return `${path}[${String(key)}] is missing; expected ${show(e.get(key))}`;
    if (!e.has(key)) return `${path}[${String(key)}] is not expected; it is ${show(a.get(key))}`;
    const inner = findDifference(a.get(key), e.get(key), `${path}[${String(key)}]`);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** 'Array', 'Uint32Array', 'Map', 'Object' ..., the same in every realm. */
function kind(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

function entries(value: object): Map<unknown, unknown> {
  if (value instanceof Map) return new Map(value);
  if (value instanceof Set) return new Map([...value].map((item) => [item, item]));
  return new Map(Object.entries(value));
}

function show(value: unknown): string {
  const text =
    typeof value === 'object' && value !== null
      ? JSON.stringify(ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value)
      : String(value);
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
