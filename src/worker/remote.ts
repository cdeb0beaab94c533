/** The types of what lies in a worker. */

type Data =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | Date
  | readonly unknown[];

/** The last of them where a function has several signatures. */
type Call = (...args: never) => unknown;

/** What a call gives: data as it is, of objects with methods the data, and methods that give promises. */
export type Remote<T> = T extends Data
  ? T
  : [MethodNames<T>] extends [never]
    ? T
    : {
        readonly [Name in keyof T as Name extends 'dispose' ? never : Name]: T[Name] extends (
          ...args: infer Args
        ) => infer Result
          ? (...args: Accepted<Args>) => Promise<Remote<Awaited<Result>>>
          : Remote<T[Name]>;
      } & { dispose(): void };

type MethodNames<T> = { [Name in keyof T]: T[Name] extends Call ? Name : never }[keyof T];

/** Arguments; a model may be one that lies in the worker. */
type Accepted<Args extends readonly unknown[]> = {
  [I in keyof Args]: Args[I] | (Args[I] extends Data ? never : Remote<Args[I]>);
};

/** The functions of a module, and those of its classes, each giving a promise. */
export type Api<Library> = {
  readonly [
    Name in keyof Library as Library[Name] extends Call | ClassOf ? Name : never
  ]: Library[Name] extends (...args: infer Args) => infer Result
    ? (...args: Accepted<Args>) => Promise<Remote<Awaited<Result>>>
    : Omit<Api<Library[Name]>, 'prototype'>;
};

type ClassOf = abstract new (...args: never) => unknown;
