/** Weights in the JSON of models: float32 numbers as text, base64. */
import type { JsonReader } from '../fit/json_reader.js';
import type { Part } from '../fit/model_record.js';
import { bytesOf, toBase64 } from './base64.js';
import type { Weights } from './parameter_block.js';

/** Undefined where it is none, or not of so many finite numbers. */
function fromBase64(text: string, length: number): Float32Array | undefined {
  const bytes = bytesOf(text);
  if (bytes?.length !== 4 * length) return undefined;
  const values = new Float32Array(bytes.buffer);
  return values.every(Number.isFinite) ? values : undefined;
}

/** @param lengths of each, by the parts that stand before it */
export function weightsPart(
  lengths: (known: Readonly<Record<string, unknown>>) => readonly number[],
): Part<Weights, readonly string[]> {
  return {
    write: (weights) => weights.map(toBase64),
    read(reader: JsonReader, name, known) {
      const wanted = lengths(known);
      let found: (Float32Array | undefined)[] = [];
      reader.part(
        name,
        `base64 texts of ${wanted.join(', ')} finite float32 numbers`,
        (value): value is readonly string[] => {
          if (!Array.isArray(value) || value.length !== wanted.length) return false;
          found = wanted.map((length, i) =>
            typeof value[i] === 'string' ? fromBase64(value[i], length) : undefined,
          );
          return !found.includes(undefined);
        },
      );
      return found as Float32Array[];
    },
  };
}
