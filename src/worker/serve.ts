/** The worker's side: makes the calls that it is asked for. */
import { errorOf, plainError } from './errors.js';
import {
  buffersIn,
  type FromWorker,
  isPlainObject,
  type PlainError,
  type Place,
  type Port,
  type TakenObject,
  type ToWorker,
} from './protocol.js';
import { putBack } from './take_out.js';
import { ownPort } from './thread.js';

/** What other types of objects are copied whole. */
const DATA = /^\[object (ArrayBuffer|SharedArrayBuffer|Blob|File|Date|Map|Set|ImageData)\]$/;

type Method = (...args: unknown[]) => unknown;

/** What the worker asks of the thread that waits for it. */
export type Ask = (question: FromWorker) => {
  readonly value?: unknown;
  readonly error?: PlainError;
};

/**
 * In a worker of your own: answers the calls of `inWorker` with the functions and classes of `api`, such as
 * `{ kmeans, pca }`. To be called once, while the worker is loaded.
 */
export function serve(api: object): void {
  void ownPort().then((port) => {
    serveOn(port, api);
  });
}

/**
 * Answers the calls that come by `port` with the functions and classes of `api`.
 *
 * @param ask the answer of a function that the caller gave; only a caller that waits can be asked
 */
export function serveOn(port: Port, api: object, ask?: Ask): void {
  const objects = new Map<number, object>();
  const calls = new Map<number, AbortController>();
  let nextObject = 1;

  /** Functions that tell the caller, or ask it. */
  const functionOf = (id: number, taken: number, isAnswered: boolean, signal: AbortSignal) => {
    return (...args: unknown[]) => {
      // Whoever goes on by himself after a cancel ends here.
      signal.throwIfAborted();
      const question: FromWorker = { type: 'callback', id, taken, args, isAnswered };
      if (!isAnswered || !ask) {
        port.post(question);
        return undefined;
      }
      const { value, error } = ask(question);
      if (error) throw errorOf(error);
      return value;
    };
  };

  const call = async ({ id, object, path, args, taken }: ToWorker & { type: 'call' }) => {
    const controller = new AbortController();
    calls.set(id, controller);
    const { signal } = controller;
    try {
      taken.forEach((part, index) => {
        putBack(
          args,
          part.at,
          part.kind === 'signal'
            ? signal
            : part.kind === 'object'
              ? objects.get(part.object)
              : functionOf(id, index, part.kind === 'function', signal),
        );
      });
      let owner: unknown = object === undefined ? api : objects.get(object);
      for (const name of path.slice(0, -1)) owner = (owner as Record<string, unknown>)[name];
      const method = (owner as Record<string, Method | undefined>)[path[path.length - 1]];
      if (typeof method !== 'function') {
        throw new TypeError(`The worker has no function ${path.join('.')}.`);
      }
      const given = method.apply(owner, args);
      const isPromise = given instanceof Promise;
      const objectsIn: TakenObject[] = [];
      const value = copied(await given, [], objectsIn);
      // What was computed for this call is nobody else's, unless an object made of it stays here.
      const transfer = isPromise && objectsIn.length === 0 ? [...buffersIn(value)] : [];
      port.post({ type: 'done', id, value, taken: objectsIn } satisfies FromWorker, transfer);
    } catch (error) {
      port.post({ type: 'failed', id, error: plainError(error) } satisfies FromWorker);
    } finally {
      calls.delete(id);
    }
  };

  /** What can be copied of a value; objects with methods are kept, and noted in `taken`. */
  const copied = (value: unknown, at: Place, taken: TakenObject[]): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (ArrayBuffer.isView(value) || DATA.test(Object.prototype.toString.call(value))) return value;
    if (Array.isArray(value)) {
      return typeof value[0] === 'object'
        ? value.map((part, i) => copied(part, [...at, String(i)], taken))
        : value;
    }
    const methods = methodsOf(value);
    if (isPlainObject(value) && methods.length === 0) {
      return Object.fromEntries(
        Object.entries(value).map(([name, part]) => [name, copied(part, [...at, name], taken)]),
      );
    }
    const object = nextObject++;
    objects.set(object, value);
    taken.push({ at, object, type: value.constructor.name, methods });
    return propertiesOf(value);
  };

  port.listen((message) => {
    const asked = message as ToWorker;
    if (asked.type === 'call') void call(asked);
    else if (asked.type === 'cancel') calls.get(asked.id)?.abort();
    else if (asked.type === 'release') objects.delete(asked.object);
  });
}

/** The prototypes of an object's classes, itself first. */
function* layersOf(value: object): Generator<object> {
  for (
    let layer: unknown = value;
    typeof layer === 'object' && layer !== null && Object.getPrototypeOf(layer) !== null;
    layer = Object.getPrototypeOf(layer)
  ) {
    yield layer;
  }
}

function methodsOf(value: object): readonly string[] {
  const names = new Set<string>();
  for (const layer of layersOf(value)) {
    for (const [name, { value: own }] of Object.entries(Object.getOwnPropertyDescriptors(layer))) {
      if (name !== 'constructor' && typeof own === 'function') names.add(name);
    }
  }
  return [...names];
}

/** Properties that are data, those that are computed too. */
function propertiesOf(value: object): Record<string, unknown> {
  const names = new Set<string>();
  for (const layer of layersOf(value)) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(layer))) {
      if (layer === value || property.get) names.add(name);
    }
  }
  const entries = [...names].map((name) => [name, Reflect.get(value, name)] as const);
  return Object.fromEntries(entries.filter(([, part]) => isData(part)));
}

function isData(value: unknown): boolean {
  if (typeof value === 'function' || typeof value === 'symbol') return false;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return true;
  if (Array.isArray(value)) return typeof value[0] !== 'object' || value.every(isData);
  if (DATA.test(Object.prototype.toString.call(value))) return true;
  return isPlainObject(value) && Object.values(value).every(isData);
}
