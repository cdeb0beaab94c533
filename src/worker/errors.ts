/** Errors on their way from one thread to another. */
import * as errors from '../errors.js';
import type { PlainError } from './protocol.js';

export function plainError(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const own = Object.entries(error).filter(([, value]) => typeof value !== 'object');
  const { name, message, stack } = error;
  return { ...Object.fromEntries(own), name, message, stack };
}

/** The same, of the same class where that is the library's or JavaScript's own. */
export function errorOf({ name, ...own }: PlainError): Error {
  const isOurs = 'code' in own && typeof own.code === 'string';
  const known = (
    { ...errors, Error, RangeError, TypeError } as Readonly<Record<string, { prototype: object }>>
  )[name] as { prototype: object } | undefined;
  const { prototype } = known ?? (isOurs ? errors.ClusteringError : Error);
  const error = Object.create(prototype) as Error;
  for (const [key, value] of Object.entries(own)) {
    const enumerable = key !== 'message' && key !== 'stack';
    Object.defineProperty(error, key, { value, enumerable, configurable: true, writable: true });
  }
  if (!known) Object.defineProperty(error, 'name', { value: name, configurable: true });
  return error;
}
