/** Reads models from untrusted JSON. */
import { show } from '../../host/show.js';
import { InvalidArgumentError } from '../errors.js';

/**
 * Untrusted JSON as an object.
 *
 * @param model the class whose toJSON gave it, for messages
 * @throws InvalidArgumentError where it is none
 */
export function jsonObject(model: string, json: unknown): Readonly<Record<string, unknown>> {
  if (typeof json === 'object' && json !== null) return json as Readonly<Record<string, unknown>>;
  const given =
    typeof json === 'string' ? 'text; parse it with JSON.parse first, and' : `${show(json)};`;
  throw new InvalidArgumentError(
    'json',
    `fromJSON got ${given} give what ${model}.toJSON() returned.`,
  );
}

/** A whole number >= 1. */
export const isSize = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 1;

/** A number that is finite in float32, too. */
export const isFloat32 = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(Math.fround(value));

/** The parts of one JSON object, each held to a rule; InvalidArgumentError where it is broken. */
export class JsonReader {
  readonly #model: string;
  readonly #parts: Readonly<Record<string, unknown>>;

  /** @param model the class whose toJSON gave `json`, for messages */
  constructor(model: string, json: unknown) {
    this.#model = model;
    this.#parts = jsonObject(model, json);
  }

  /** The part `name`, for which `holds`; `rule` completes "must be ...". */
  part<T>(name: string, rule: string, holds: (value: unknown) => value is T): T {
    const value = Object.hasOwn(this.#parts, name) ? this.#parts[name] : undefined;
    if (holds(value)) return value;
    throw new InvalidArgumentError(
      'json',
      `fromJSON: '${name}' must be ${rule}; give what ${this.#model}.toJSON() returned.`,
    );
  }

  is<T extends string | number>(name: string, ...allowed: readonly T[]): T {
    const rule = allowed.map((value) => JSON.stringify(value)).join(' or ');
    return this.part(name, rule, (value): value is T => allowed.includes(value as T));
  }

  /** Numbers, each of which `holds`; without `length` as many as there are, but one at least. */
  list(
    name: string,
    length: number | undefined,
    rule: string,
    holds: (entry: unknown) => boolean,
  ): readonly number[] {
    return this.part(
      name,
      length === undefined ? rule : `${length} ${rule}`,
      (value): value is number[] =>
        Array.isArray(value) &&
        (length === undefined ? value.length > 0 : value.length === length) &&
        // `every` passes over what was deleted.
        !value.includes(undefined) &&
        value.every(holds),
    );
  }
}
