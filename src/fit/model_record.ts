/** The state of a model as a table of its parts, which gives `toJSON` and `fromJSON`. */
import { JsonReader } from './json_reader.js';

/** How one part of a state is written to JSON, and read from untrusted JSON. */
export interface Part<T> {
  readonly write: (value: T) => unknown;
  /** @param known the parts that stand before it in the table */
  readonly read: (reader: JsonReader, name: string, known: Readonly<Record<string, unknown>>) => T;
}

/** How long an array is, by the parts that stand before it. */
type Length = (known: Readonly<Record<string, unknown>>) => number;

const itself = (value: unknown): unknown => value;

export const size: Part<number> = { write: itself, read: (reader, name) => reader.size(name) };
export const number: Part<number> = { write: itself, read: (reader, name) => reader.number(name) };
export const boolean: Part<boolean> = {
  write: itself,
  read: (reader, name) => reader.boolean(name),
};
export const text: Part<string> = { write: itself, read: (reader, name) => reader.text(name) };

export function word<T extends string>(...allowed: readonly T[]): Part<T> {
  return { write: itself, read: (reader, name) => reader.is(name, ...allowed) };
}

/** Finite numbers in full; without `length` as many as there are. */
export function float64s(length?: Length): Part<Float64Array> {
  return {
    write: (values) => [...values],
    read: (reader, name, known) => reader.numbers(name, length?.(known)),
  };
}

/** As `float64s`, none beyond float32's range. */
export function offsets(length: Length): Part<Float64Array> {
  return {
    write: (values) => [...values],
    read: (reader, name, known) => reader.float32s(name, length(known)),
  };
}

export function float32s(length?: Length): Part<Float32Array> {
  return {
    write: (values) => [...values],
    read: (reader, name, known) => Float32Array.from(reader.float32s(name, length?.(known))),
  };
}

/** Whole numbers from 0 to less than `below`. */
export function indices(below: Length, length?: Length): Part<Uint32Array> {
  return {
    write: (values) => [...values],
    read: (reader, name, known) => reader.indices(name, below(known), length?.(known)),
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

/** A state's parts, in the order in which they are read. */
export type Parts<State> = { readonly [Name in keyof State]: Part<State[Name]> };

export interface ModelRecord<State> {
  toJSON(state: State): Readonly<Record<keyof State & string, unknown>> & {
    readonly format: string;
    readonly version: 1;
  };
  /** @throws InvalidArgumentError naming the part that is missing or wrong */
  fromJSON(json: unknown): State;
}

/**
 * @param format what the JSON says it is, such as 'webgpu-clustering/kmeans'
 * @param model the class, for messages
 */
export function modelRecord<State extends object>(
  format: string,
  model: string,
  parts: Parts<State>,
): ModelRecord<State> {
  const table = Object.entries(parts) as [keyof State & string, Part<unknown>][];
  return {
    toJSON(state) {
      const written = table.map(([name, { write }]) => [name, write(state[name])]);
      return { format, version: 1, ...Object.fromEntries(written) } as never;
    },
    fromJSON(json) {
      const reader = new JsonReader(model, json);
      reader.is('format', format);
      reader.is('version', 1);
      const state: Record<string, unknown> = {};
      for (const [name, { read }] of table) state[name] = read(reader, name, state);
      return state as State;
    },
  };
}
