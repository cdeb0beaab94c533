/** The caller's side of a worker. */
import { ClusteringError, InvalidArgumentError } from '../errors.js';
import { errorOf } from './errors.js';
import {
  buffersIn,
  type FromWorker,
  type Place,
  type Port,
  type TakenObject,
  type ToWorker,
} from './protocol.js';
import { type Sent, takeOut, withObjects } from './take_out.js';

/** A worker that was started. */
export interface Started {
  readonly port: Port;
  readonly end: () => void;
  /** Whether the process is to wait for it; absent where that is nobody's question. */
  readonly hold?: ((isBusy: boolean) => void) | undefined;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
  readonly functions: Sent['functions'];
  readonly stop: () => void;
}

const given = new WeakMap<object, readonly ArrayBuffer[]>();

/**
 * Lets a worker have the memory of all arrays in `value` instead of a copy of it: after the next call that `value`
 * itself is an argument of, they hold nothing here.
 *
 * @returns `value`
 */
export function transfer<T extends object>(value: T): T {
  given.set(value, [...buffersIn(value)]);
  return value;
}

/** What makes calls in one worker, any number at a time; started when first needed. */
export class Client {
  readonly #start: () => Started | Promise<Started>;
  #worker: Promise<Started> | undefined;
  /** Of the worker under way: those before have ended. */
  #generation = 0;
  #nextId = 1;
  readonly #pending = new Map<number, Pending>();
  /** Numbers of the objects that lie in the worker under way. */
  #objects = new WeakMap<object, number>();
  #collected = this.#registry();

  constructor(start: () => Started | Promise<Started>) {
    this.#start = start;
  }

  async call(object: object | undefined, path: Place, args: readonly unknown[]): Promise<unknown> {
    const generation = this.#generation;
    const { port } = await (this.#worker ??= this.#launch());
    if (generation !== this.#generation) throw ended('it was closed');
    const number = object && this.#objects.get(object);
    if (object && number === undefined) throw gone(path);
    const sent = takeOut(args, (value) => this.#objects.get(value), false);
    for (const signal of sent.signals) signal.throwIfAborted();
    const id = this.#nextId++;
    const buffers = args.flatMap((value) =>
      typeof value === 'object' && value !== null ? (given.get(value) ?? []) : [],
    );
    const message: ToWorker = {
      ...{ type: 'call', id, path, args: sent.args, taken: sent.taken },
      ...(number === undefined ? {} : { object: number }),
    };
    return new Promise((resolve, reject) => {
      const cancel = ({ target }: { target: unknown }) => {
        port.post({ type: 'cancel', id } satisfies ToWorker);
        this.#take(id)?.reject((target as AbortSignal).reason);
      };
      const stop = () => {
        for (const signal of sent.signals) signal.removeEventListener('abort', cancel);
      };
      try {
        port.post(message, buffers);
      } catch (error) {
        reject(notSent(path, error));
        return;
      }
      this.#pending.set(id, { resolve, reject, functions: sent.functions, stop });
      this.#hold();
      for (const signal of sent.signals) signal.addEventListener('abort', cancel);
    });
  }

  /** Lets the worker forget an object. */
  release(object: object): void {
    const number = this.#objects.get(object);
    if (number === undefined) return;
    this.#objects.delete(object);
    this.#post({ type: 'release', object: number });
  }

  /** Ends the worker: what is under way rejects, and what lies there is gone. The next call starts another. */
  end(why = 'it was closed'): void {
    void this.#worker?.then(
      ({ end }) => {
        end();
      },
      () => undefined,
    );
    this.#generation++;
    this.#worker = undefined;
    this.#objects = new WeakMap();
    this.#collected = this.#registry();
    for (const id of [...this.#pending.keys()]) this.#take(id)?.reject(ended(why));
  }

  #registry(): FinalizationRegistry<number> {
    return new FinalizationRegistry((object) => {
      this.#post({ type: 'release', object });
    });
  }

  #post(message: ToWorker): void {
    void this.#worker?.then(({ port }) => {
      port.post(message);
    });
  }

  async #launch(): Promise<Started> {
    const generation = this.#generation;
    const isMine = () => generation === this.#generation;
    try {
      const started = await this.#start();
      started.port.listen(
        (message) => {
          if (isMine()) this.#receive(message as FromWorker);
        },
        (why) => {
          if (isMine()) this.end(why);
        },
      );
      return started;
    } catch (error) {
      if (isMine()) this.#worker = undefined;
      throw error;
    }
  }

  #hold(): void {
    void this.#worker?.then(({ hold }) => hold?.(this.#pending.size > 0));
  }

  /** A call that is over for the caller. */
  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    pending?.stop();
    if (this.#pending.delete(id)) this.#hold();
    return pending;
  }

  #receive(message: FromWorker): void {
    const { id } = message;
    switch (message.type) {
      case 'done': {
        this.#take(id)?.resolve(
          withObjects(message.value, message.taken, (properties, object) =>
            this.#remote(properties, object),
          ),
        );
        break;
      }
      case 'failed': {
        this.#take(id)?.reject(errorOf(message.error));
        break;
      }
      case 'callback': {
        try {
          this.#pending.get(id)?.functions.get(message.taken)?.(...message.args);
        } catch (error) {
          this.#post({ type: 'cancel', id });
          this.#take(id)?.reject(error);
        }
      }
    }
  }

  /** An object whose methods are calls. */
  #remote(properties: object, { object, type, methods }: TakenObject): object {
    const remote = Object.assign(
      Object.create(this.#prototype(type, methods)) as object,
      properties,
    );
    this.#objects.set(remote, object);
    this.#collected.register(remote, object);
    return remote;
  }

  #prototype(type: string, methods: readonly string[]): object {
    const call = (object: object, name: string, args: readonly unknown[]) =>
      this.call(object, [name], args);
    const release = (object: object) => {
      this.release(object);
    };
    const prototype = { [Symbol.toStringTag]: type };
    const define = (name: string, value: (...args: unknown[]) => unknown) =>
      Object.defineProperty(prototype, name, { value, configurable: true });
    for (const name of methods) {
      define(name, function (this: object, ...args) {
        return call(this, name, args);
      });
    }
    return define('dispose', function (this: object) {
      release(this);
    });
  }
}

function ended(why: string): ClusteringError {
  return new ClusteringError('worker-ended', `The worker has ended: ${why}.`);
}

function gone(path: Place): InvalidArgumentError {
  const name = path.join('.');
  return new InvalidArgumentError(
    'this',
    `${name}: what it is asked of is in the worker no more, as it was disposed of or the worker has ended; fit it again.`,
  );
}

function notSent(path: Place, cause: unknown): InvalidArgumentError {
  return new InvalidArgumentError(
    'arguments',
    `${path.join('.')}: an argument cannot go to a worker (${(cause as Error).message}); ` +
      `a device, a runtime and streams of your own stay in one thread: runtime may be 'cpu', and blobRows() of the worker gives a stream.`,
    { cause },
  );
}
