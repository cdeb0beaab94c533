/** Values as JSON. */
import { writeAtomic } from './atomic.js';

/** Writes a value such as a model's toJSON(), whole or not at all. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeAtomic(path, `${JSON.stringify(value)}\n`);
}

type NestedArray = readonly (number | NestedArray)[];

/** A row-major array of any rank as arrays in arrays. */
export function nested(data: Float32Array | Float64Array, shape: readonly number[]): NestedArray {
  const [length, ...rest] = shape;
  if (rest.length === 0) return Array.from(data);
  const size = data.length / length;
  return Array.from({ length }, (_, i) => nested(data.subarray(i * size, (i + 1) * size), rest));
}
