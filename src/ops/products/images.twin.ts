import type { HostRows } from '../op.js';
import { type HostPart, hostParts } from '../host_parts.twin.js';
import { affine } from './affine.twin.js';
import type { AffineMap } from './affine_map.js';
import { rowResiduals } from './row_residuals.twin.js';

/** The rows and what the maps make of them; a row means `workPerRow` multiply-adds. */
export async function* imageParts(
  rows: HostRows,
  maps: readonly AffineMap[],
  signal: AbortSignal | undefined,
  workPerRow = rows.d * maps.reduce((sum, map) => sum + map.outputs, 0),
): AsyncGenerator<HostPart & { readonly images: Float32Array | Float64Array }, void, undefined> {
  for await (const part of hostParts(rows, workPerRow, signal)) {
    let images: Float32Array | Float64Array = part.x;
    for (const { matrix, offset, inputs, outputs } of maps) {
      images = affine(images, part.count, matrix, offset, inputs, outputs);
    }
    yield { ...part, images };
  }
}

export function rowsBack({ x }: HostRows): Promise<Float32Array> {
  return Promise.resolve(x);
}

export async function imagesOf(
  rows: HostRows,
  maps: readonly AffineMap[],
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const { outputs } = maps[maps.length - 1];
  const result = new Float32Array(rows.n * outputs);
  for await (const { images, start } of imageParts(rows, maps, signal)) {
    result.set(images, start * outputs);
  }
  return result;
}

export async function residualsOf(
  rows: HostRows,
  maps: readonly AffineMap[],
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const result = new Float64Array(rows.n);
  for await (const { x, images, start, count } of imageParts(rows, maps, signal)) {
    result.set(rowResiduals(x, images, count, rows.d), start);
  }
  return result;
}
