/** What of a call's arguments can be copied, and what stands for the rest. */
import { InvalidArgumentError } from '../errors.js';
import { isPlainObject, type Place, type TakenArgument, type TakenObject } from './protocol.js';

/** Arguments that can be copied, and what was taken out of them. */
export interface Sent {
  readonly args: unknown[];
  readonly taken: readonly TakenArgument[];
  /** The call's functions by their index in `taken`. */
  readonly functions: ReadonlyMap<number, (...args: unknown[]) => unknown>;
  readonly signals: readonly AbortSignal[];
}

/** What is told of, and asked nothing. */
const IS_CALLBACK = /^on[A-Z]/;

/**
 * @param objectOf the number of an object that lies in the worker
 * @param areAnswered whether functions may be asked, as this thread waits for the worker
 * @throws InvalidArgumentError on functions whose answers the worker would wait for
 */
export function takeOut(
  args: readonly unknown[],
  objectOf: (value: object) => number | undefined,
  areAnswered: boolean,
): Sent {
  const taken: TakenArgument[] = [];
  const functions = new Map<number, (...args: unknown[]) => unknown>();
  const signals: AbortSignal[] = [];
  const walk = (value: unknown, at: Place): unknown => {
    if (typeof value === 'function') {
      const name = at[at.length - 1];
      const isCallback = at.length > 1 && IS_CALLBACK.test(name);
      if (!isCallback && !areAnswered) {
        throw new InvalidArgumentError(
          name,
          `${at.length > 1 ? name : `argument ${name}`} is a function, which a worker cannot ask; ` +
            `write the worker yourself, with serve(), and make the call there.`,
        );
      }
      functions.set(taken.length, value as (...args: unknown[]) => unknown);
      taken.push({ at, kind: isCallback ? 'callback' : 'function' });
      return undefined;
    }
    if (typeof value !== 'object' || value === null) return value;
    if (typeof AbortSignal === 'function' && value instanceof AbortSignal) {
      signals.push(value);
      taken.push({ at, kind: 'signal' });
      return undefined;
    }
    const object = objectOf(value);
    if (object !== undefined) {
      taken.push({ at, kind: 'object', object });
      return undefined;
    }
    if (!isPlainObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [name, walk(part, [...at, name])]),
    );
  };
  return { args: args.map((value, i) => walk(value, [String(i)])), taken, functions, signals };
}

/** Puts something where it was taken out of `values`. */
export function putBack(values: unknown, at: Place, value: unknown): void {
  let parent = values as Record<string, unknown>;
  for (const name of at.slice(0, -1)) parent = parent[name] as Record<string, unknown>;
  parent[at[at.length - 1]] = value;
}

/** A result in which the objects that lie in the worker are what `make` gives for their properties. */
export function withObjects(
  value: unknown,
  taken: readonly TakenObject[],
  make: (properties: object, object: TakenObject) => object,
): unknown {
  const root = { value };
  // Those within come after what they are in.
  for (const object of [...taken].reverse()) {
    const at = ['value', ...object.at];
    let properties: unknown = root;
    for (const name of at) properties = (properties as Record<string, unknown>)[name];
    putBack(root, at, make(properties as object, object));
  }
  return root.value;
}
