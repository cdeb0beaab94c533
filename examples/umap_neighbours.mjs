/**
 * umap-js looks for neighbours by itself, slowly; here they come from the GPU, exact ones, and it draws its map of them.
 *
 *     node examples/umap_neighbours.mjs
 */
import console from 'node:console';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { UMAP } from 'umap-js';
import { nearestNeighbours } from 'webgpu-clustering';

/** @param rows arrays of numbers, one a point */
export async function mapOf(rows, nNeighbors = 15, random = Math.random) {
  // umap-js counts each row as the first of its own neighbours.
  const { indices, distances, shape } = await nearestNeighbours(rows, nNeighbors - 1);
  const rowsOf = (numbers) =>
    Array.from({ length: shape[0] }, (_, i) => [
      ...numbers.subarray(i * shape[1], (i + 1) * shape[1]),
    ]);
  const umap = new UMAP({ nNeighbors, random });
  umap.setPrecomputedKNN(
    rowsOf(indices).map((others, i) => [i, ...others]),
    rowsOf(distances).map((others) => [0, ...others]),
  );
  return umap.fit(rows);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  // Three clouds of 60 points in ten dimensions; numbers that look random, the same each time.
  let state = 1;
  const random = () => (state = (state * 16807) % 2147483647) / 2147483647;
  const rows = Array.from({ length: 180 }, (_, i) =>
    Array.from({ length: 10 }, (_, j) => (j === i % 3 ? 20 : 0) + random()),
  );
  const places = await mapOf(rows, 15, random);
  const nearest = places.map(([x, y], i) => {
    const far = places.map(([u, v], j) => (i === j ? Infinity : Math.hypot(x - u, y - v)));
    return far.indexOf(Math.min(...far));
  });
  const kept = nearest.filter((j, i) => j % 3 === i % 3).length;
  console.log(
    `${places.length} points in the plane, ${kept} of them beside one of their own cloud`,
  );
}
