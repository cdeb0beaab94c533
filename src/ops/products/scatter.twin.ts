import { columnSums } from '../../rows/column_sums.twin.js';
import type { HostRows } from '../op.js';
import { addTo, hostParts } from '../host_parts.twin.js';
import { affine } from './affine.twin.js';
import type { AffineMap } from './affine_map.js';
import { crossProducts } from './cross_products.twin.js';
import { gram } from './gram.twin.js';
import { imageParts } from './images.twin.js';

export async function columnTotals(rows: HostRows, squared: boolean): Promise<Float64Array> {
  const { d } = rows;
  const sums = new Float64Array(d);
  for await (const { x, count } of hostParts(rows, d))
    addTo(sums, columnSums(x, count, d, squared));
  return sums;
}

export async function gramOfRows(
  rows: HostRows,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const { d } = rows;
  const products = new Float64Array(d * d);
  // Each part costs a matrix of its own: 16 times as many rows as elsewhere make that cheap.
  for await (const { x, count } of hostParts(rows, (d * d) / 16, signal)) {
    addTo(products, gram(x, count, d));
  }
  return products;
}

export async function gramOfImages(
  rows: HostRows,
  map: AffineMap,
  _: boolean,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const { outputs } = map;
  const products = new Float64Array(outputs * outputs);
  // The part's products take a matrix of their own: see `gramOfRows`.
  const work = outputs * rows.d + (outputs * outputs) / 16;
  for await (const { images, count } of imageParts(rows, [map], signal, work)) {
    addTo(products, gram(images, count, outputs));
  }
  return products;
}

export async function gramProducts(
  rows: HostRows,
  directions: readonly Float64Array[],
  signal: AbortSignal | undefined,
): Promise<readonly Float64Array[]> {
  const { d } = rows;
  const t = directions.length;
  const matrix = new Float64Array(t * d);
  directions.forEach((direction, at) => {
    matrix.set(direction, at * d);
  });
  const products = new Float64Array(d * t);
  for await (const { x, count } of hostParts(rows, 2 * t * d, signal)) {
    const images = affine(x, count, matrix, new Float64Array(t), d, t);
    addTo(products, crossProducts(x, images, count, d, t));
  }
  return directions.map((_, at) =>
    Float64Array.from({ length: d }, (__, j) => products[j * t + at]),
  );
}
