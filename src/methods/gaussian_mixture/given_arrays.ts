/** Arrays of mixtures' parameters as callers give them. */
import { InvalidArgumentError, ShapeError } from '../../errors.js';
import { sizeOf, type TensorLike } from './mixture_arrays.js';

/**
 * Finite numbers of exactly `shape`, given as { data, shape } or, where the shape has one side, as
 * an array of numbers.
 *
 * @throws ShapeError, InvalidArgumentError
 */
export function checkTensor(
  what: string,
  given: TensorLike | ArrayLike<number> | undefined,
  shape: readonly number[],
): Float64Array {
  const text = `[${shape.join(', ')}]`;
  if (typeof given !== 'object' || (given as unknown) === null) {
    throw new InvalidArgumentError(what, `${what} is missing; give { data, shape: ${text} }.`);
  }
  const isTensor = 'data' in given;
  const data: unknown = isTensor ? given.data : given;
  if (typeof data !== 'object' || data === null || !('length' in data)) {
    throw new InvalidArgumentError(
      what,
      `${what} holds no array of numbers; give { data, shape: ${text} }.`,
    );
  }
  const values = data as ArrayLike<unknown>;
  const givenShape: unknown = isTensor ? given.shape : [values.length];
  if (!Array.isArray(givenShape)) {
    throw new ShapeError(`${what} has no shape; give { data, shape: ${text} }.`);
  }
  const length = sizeOf(shape);
  const sameShape =
    givenShape.length === shape.length && givenShape.every((side, i) => side === shape[i]);
  if (!sameShape || values.length !== length) {
    throw new ShapeError(
      `${what} has shape [${givenShape.join(', ')}] and ${values.length} numbers; it must have shape ${text}, ${length} numbers.`,
    );
  }
  return Float64Array.from({ length }, (_, at) => {
    const value = values[at];
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw new InvalidArgumentError(
      what,
      `${what}.data[${at}] is ${String(value)}${typeof value === 'bigint' ? 'n' : ''}; every entry must be a finite number.`,
    );
  });
}
