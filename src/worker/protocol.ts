/**
 * What a thread and its worker say to each other. Values are copied; what cannot be is taken out of them, with a
 * note of where it stood.
 */

/** Property names from an argument, or from the result, down. */
export type Place = readonly string[];

/** Taken out of arguments, of which the first name is the argument's index. */
export type TakenArgument =
  | { readonly at: Place; readonly kind: 'signal' | 'callback' | 'function' }
  /** What a call gave before, and still lies in the worker. */
  | { readonly at: Place; readonly kind: 'object'; readonly object: number };

/** An object with methods: it stays in the worker, its properties are copied. */
export interface TakenObject {
  readonly at: Place;
  readonly object: number;
  readonly type: string;
  readonly methods: readonly string[];
}

export type ToWorker =
  | {
      readonly type: 'call';
      readonly id: number;
      /** Whose method it is: the API's where absent. */
      readonly object?: number;
      readonly path: Place;
      readonly args: unknown[];
      readonly taken: readonly TakenArgument[];
    }
  /** Aborts the call's signal, and ends the call at its next callback. */
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'release'; readonly object: number }
  /** To a function that the worker waits for. */
  | { readonly type: 'answer'; readonly value?: unknown; readonly error?: PlainError };

export type FromWorker =
  | {
      readonly type: 'done';
      readonly id: number;
      readonly value: unknown;
      readonly taken: readonly TakenObject[];
    }
  | { readonly type: 'failed'; readonly id: number; readonly error: PlainError }
  /** Of the call's functions that of index `taken`. */
  | {
      readonly type: 'callback';
      readonly id: number;
      readonly taken: number;
      readonly args: unknown[];
      readonly isAnswered: boolean;
    };

/** An error's own properties, and its class by name. */
export type PlainError = Readonly<Record<string, unknown>> & {
  readonly name: string;
  readonly message: string;
};

/** A worker, or the thread that it talks to. */
export interface Port {
  post(message: unknown, transfer?: readonly Transferable[]): void;
  /** @param fail told why no more messages will come */
  listen(take: (message: unknown) => void, fail?: (why: string) => void): void;
}

/** The messages of a page's worker, of a worker's own scope, and of a MessagePort. */
export interface EventPort {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(
    type: 'message' | 'error',
    listener: (event: { readonly data?: unknown; readonly message?: string }) => void,
  ): void;
}

/** Those of Node's. */
export interface EmitterPort {
  // Its transfer lists are of types that a page has not.
  postMessage(message: unknown, transfer: never): void;
  on(type: never, listener: never): unknown;
}

export function portOf(port: EventPort | EmitterPort): Port {
  const post: Port['post'] = (message, transfer = []) => {
    port.postMessage(message, transfer as never);
  };
  if ('on' in port) {
    return {
      post,
      listen: (take, fail) => {
        const on = (type: string, listener: (value: unknown) => void) => {
          port.on(type as never, listener as never);
        };
        on('message', take);
        if (!fail) return;
        on('error', (error) => {
          fail((error as Error).message);
        });
        on('exit', (code) => {
          fail(`it ended with code ${String(code)}`);
        });
      },
    };
  }
  return {
    post,
    listen: (take, fail) => {
      port.addEventListener('message', ({ data }) => {
        take(data);
      });
      if (!fail) return;
      port.addEventListener('error', ({ message }) => {
        fail(message ?? 'it could not be loaded, or ran out of memory');
      });
    },
  };
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Another realm's Object.prototype has none above it, either.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The memory of all arrays in a value, each once; that which is shared cannot be transferred. */
export function buffersIn(value: unknown, found = new Set<ArrayBuffer>()): Set<ArrayBuffer> {
  if (value instanceof ArrayBuffer) found.add(value);
  else if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
  } else if (Array.isArray(value)) {
    if (typeof value[0] === 'object') for (const part of value) buffersIn(part, found);
  } else if (isPlainObject(value)) {
    for (const part of Object.values(value)) buffersIn(part, found);
  }
  return found;
}
