/** Methods that a fit calls for a part of its work. */
import type { Algebra } from '../../ops/algebra/algebra.js';
import type { ComputeOptions } from '../kmeans/placed.js';

/** Where they run: on the algebra's engine. Options that are undefined are not given. */
export function within(
  { description }: Algebra,
  { runtime, signal }: ComputeOptions,
): ComputeOptions {
  const there = description === 'cpu' ? 'cpu' : runtime;
  return { ...(there ? { runtime: there } : {}), ...(signal ? { signal } : {}) };
}
