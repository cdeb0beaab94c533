/** Where codes are in a plane, frame after frame. */
import { pca } from '../../src/index.js';
import type { RunOptions } from '../shared/worker_host.js';

/** Places of codes, turned so that they lie as near as can be to where they were. */
export class MovingPlane {
  #before: Float32Array | undefined;

  /** @param codes n x columns */
  async place(
    codes: { readonly data: Float32Array; readonly shape: readonly [number, number] },
    where: RunOptions,
  ): Promise<Float32Array> {
    const model = await pca(codes, { ...where, nComponents: 2 });
    const { data } = await model.transform(codes, where);
    const places = Float32Array.from(data);
    if (this.#before) turnTowards(places, this.#before);
    this.#before = places;
    return places.slice();
  }
}

/** Turns points in place, and mirrors them where that brings them nearer. */
export function turnTowards(points: Float32Array, goal: Float32Array): void {
  // Of a turn, and of a mirroring and then a turn: the sums whose angle is the best, and how near it comes.
  const sums = [
    [0, 0],
    [0, 0],
  ];
  for (let at = 0; at < points.length; at += 2) {
    const [x, y, u, v] = [points[at], points[at + 1], goal[at], goal[at + 1]];
    sums[0][0] += x * u + y * v;
    sums[0][1] += x * v - y * u;
    sums[1][0] += x * u - y * v;
    sums[1][1] += x * v + y * u;
  }
  const isMirrored = Math.hypot(...sums[1]) > Math.hypot(...sums[0]);
  const [cosine, sine] = isMirrored ? sums[1] : sums[0];
  const angle = Math.atan2(sine, cosine);
  for (let at = 0; at < points.length; at += 2) {
    const [x, y] = [points[at], isMirrored ? -points[at + 1] : points[at + 1]];
    points[at] = Math.cos(angle) * x - Math.sin(angle) * y;
    points[at + 1] = Math.sin(angle) * x + Math.cos(angle) * y;
  }
}
