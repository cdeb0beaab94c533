/** The state of a model as a table of its parts, which gives `toJSON` and `fromJSON`. */
import { isFloat32, isSize, JsonReader } from './json_reader.js';
import type { OptionRule } from './options.js';

/** The parts that stand before one in the table, as they were read. */
type Known = Readonly<Record<string, unknown>>;

/** How one part of a state is written to JSON, and read from untrusted JSON. */
export interface Part<T, Json = T> {
  /** Undefined for a part that the JSON does not have. */
  readonly write: (value: T) => Json;
  readonly read: (reader: JsonReader, name: string, known: Known) => T;
}

/** How long an array is, by the parts that stand before it. */
type Length = (known: Known) => number;

const itself = <T>(value: T): T => value;
const listed = <T>(values: Iterable<T>): readonly T[] => [...values];

/** What `part` of a reader takes. */
function held<T>(rule: string, holds: (value: unknown) => value is T): Part<T> {
  return { write: itself, read: (reader, name) => reader.part(name, rule, holds) };
}

export const size = held('a whole number >= 1', isSize);
export const number = held('a finite number', (value): value is number => Number.isFinite(value));
export const boolean = held('true or false', (value) => typeof value === 'boolean');
export const text = held('a string', (value) => typeof value === 'string');
/** The sides of a matrix. */
export const shape = held(
  '[rows, columns]',
  (value): value is readonly [number, number] =>
    Array.isArray(value) && value.length === 2 && value.every(isSize),
);

export function word<T extends string>(...allowed: readonly T[]): Part<T> {
  return { write: itself, read: (reader, name) => reader.is(name, ...allowed) };
}

/** What an option's rule asks for. */
export function ruled<T>({ rule, holds }: OptionRule): Part<T> {
  return held(rule, (value): value is T => holds(value));
}

/** Finite numbers in full; without `length` as many as there are, but one at least. */
export function float64s(length?: Length): Part<Float64Array, readonly number[]> {
  return {
    write: listed,
    read: (reader, name, known) =>
      Float64Array.from(reader.list(name, length?.(known), 'finite numbers', Number.isFinite)),
  };
}

/** As `float64s`, none below 0. */
export function nonNegatives(length: Length): Part<Float64Array, readonly number[]> {
  const { write, read } = float64s(length);
  return {
    write,
    read(reader, name, known) {
      const values = read(reader, name, known);
      reader.part(name, 'numbers >= 0', (given): given is number[] =>
        (given as number[]).every((value) => value >= 0),
      );
      return values;
    },
  };
}

/** Of `float32s` and `offsets`. */
const readFloat32s =
  (length?: Length): Part<readonly number[]>['read'] =>
  (reader, name, known) =>
    reader.list(name, length?.(known), 'finite float32 numbers', isFloat32);

/** As `float64s`, none beyond float32's range. */
export function offsets(length: Length): Part<Float64Array, readonly number[]> {
  const read = readFloat32s(length);
  return { write: listed, read: (...given) => Float64Array.from(read(...given)) };
}

export function float32s(length?: Length): Part<Float32Array, readonly number[]> {
  const read = readFloat32s(length);
  return { write: listed, read: (...given) => Float32Array.from(read(...given)) };
}

/** Whole numbers from 0 to less than `below`. */
export function indices(below: Length, length?: Length): Part<Uint32Array, readonly number[]> {
  return {
    write: listed,
    read(reader, name, known) {
      const end = below(known);
      const holds = (entry: unknown) =>
        Number.isSafeInteger(entry) && (entry as number) >= 0 && (entry as number) < end;
      return Uint32Array.from(
        reader.list(name, length?.(known), `whole numbers from 0 to ${end - 1}`, holds),
      );
    },
  };
}

/** The product of two sizes that stand before. */
export function times(a: string, b: string): Length {
  return (known) => Number(known[a]) * Number(known[b]);
}

/** A size that stands before. */
export function as(name: string): Length {
  return (known) => Number(known[name]);
}

const side = (known: Known, at: 0 | 1) => (known.shape as readonly [number, number])[at];

/** The rows, columns and entries of a `shape` that stands before. */
export const rows: Length = (known) => side(known, 0);
export const columns: Length = (known) => side(known, 1);
export const entries: Length = (known) => rows(known) * columns(known);

/** A state's parts, in the order in which they are written and read. */
export type Parts = Readonly<Record<string, Pick<Part<never, unknown>, 'write'> & Read>>;
type Read = { readonly read: (...given: Parameters<Part<never>['read']>) => unknown };

type StateOf<Table extends Parts> = {
  readonly [Name in keyof Table]: ReturnType<Table[Name]['read']>;
};

type JsonOf<Format extends string, Table extends Parts> = {
  readonly [Name in keyof Table]: ReturnType<Table[Name]['write']>;
} & { readonly format: Format; readonly version: 1 };

export interface ModelRecord<State, Json> {
  toJSON(state: State): Json;
  /** @throws InvalidArgumentError naming the part that is missing or wrong */
  fromJSON(json: unknown): State;
}

/**
 * @param format what the JSON says it is, such as 'webgpu-clustering/kmeans'
 * @param model the class, for messages
 */
export function modelRecord<const Format extends string, Table extends Parts>(
  format: Format,
  model: string,
  parts: Table,
): ModelRecord<StateOf<Table>, JsonOf<Format, Table>> {
  const table = Object.entries(parts);
  return {
    toJSON(state) {
      const json: Record<string, unknown> = { format, version: 1 };
      for (const [name, { write }] of table) {
        const written = write(state[name] as never);
        if (written !== undefined) json[name] = written;
      }
      return json as JsonOf<Format, Table>;
    },
    fromJSON(json) {
      const reader = new JsonReader(model, json);
      reader.is('format', format);
      reader.is('version', 1);
      const state: Record<string, unknown> = {};
      for (const [name, { read }] of table) state[name] = read(reader, name, state);
      return state as StateOf<Table>;
    },
  };
}
