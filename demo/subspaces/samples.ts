/** What the page draws points from: lines and planes through the origin, moons and circles. */
import { leastAssignment } from '../../src/math/assignment.js';
import { createRandom, type Random, standardNormal } from '../../src/math/random.js';

export type Vector = readonly [x: number, y: number, z: number];

/** One unit vector of a line, two of a plane, at right angles. */
export type Basis = readonly [Vector, Vector?];

export interface Rows {
  readonly data: Float32Array;
  readonly shape: readonly [n: number, d: number];
}

export interface Sample {
  readonly points: Rows;
  /** Where each row was drawn from. */
  readonly truth: Uint32Array;
}

const DEGREE = Math.PI / 180;

/** Of a line, by the angles from east and above the ground. */
const direction = (around: number, up: number): Vector => [
  Math.cos(up * DEGREE) * Math.cos(around * DEGREE),
  Math.cos(up * DEGREE) * Math.sin(around * DEGREE),
  Math.sin(up * DEGREE),
];

/** A plane that climbs by an angle towards the left of where it is looked along. */
const plane = (along: number, up: number): Basis => [
  direction(along, 0),
  direction(along + 90, up),
];

export const SUBSPACES = {
  'plane-lines': [plane(20, 12), [direction(65, 62)], [direction(170, 48)]],
  lines: [[direction(10, 8)], [direction(120, 20)], [direction(200, 65)]],
  'planes-line': [plane(20, 10), plane(75, 75), [direction(155, 50)]],
  planes: [plane(20, 8), plane(80, 80)],
} as const satisfies Readonly<Record<string, readonly Basis[]>>;

export type SpaceName = keyof typeof SUBSPACES;

/** Nearer to the origin than this share of the farthest, rows of different subspaces are alike. */
const NEAREST = 0.25;

/** The same number of rows near each subspace, at most 1 from the origin, with normal noise. */
export function drawSubspaces(
  name: SpaceName,
  rowsEach: number,
  noise: number,
  seed: number,
): Sample {
  const random = createRandom(seed);
  const bases: readonly Basis[] = SUBSPACES[name];
  const n = bases.length * rowsEach;
  const data = new Float32Array(3 * n);
  const truth = Uint32Array.from({ length: n }, (_, i) => Math.floor(i / rowsEach));
  for (let i = 0; i < n; i++) {
    const [u, v = u] = bases[truth[i]];
    const isLine = u === v;
    const share = random.next();
    const radius = isLine
      ? NEAREST + (1 - NEAREST) * share
      : Math.sqrt(NEAREST ** 2 + (1 - NEAREST ** 2) * share);
    const angle = isLine ? 0 : 2 * Math.PI * random.next();
    const side = random.next() < 0.5 ? -1 : 1;
    for (let j = 0; j < 3; j++) {
      const place = isLine ? u[j] : Math.cos(angle) * u[j] + Math.sin(angle) * v[j];
      data[3 * i + j] = side * radius * place + noise * standardNormal(random);
    }
  }
  return { points: { data, shape: [n, 3] }, truth };
}

export type FlatName = 'moons' | 'circles';

/** Two half circles that reach into each other, or a circle within another. */
const CURVES: Readonly<Record<FlatName, (cluster: number, share: number) => [number, number]>> = {
  moons: (cluster, share) => {
    const angle = Math.PI * share;
    return cluster === 0
      ? [Math.cos(angle), Math.sin(angle)]
      : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
  },
  circles: (cluster, share) => {
    const angle = 2 * Math.PI * share;
    const radius = cluster === 0 ? 1 : 0.45;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  },
};

/** n rows, half of them near each curve, all along it, with normal noise. */
export function drawFlat(name: FlatName, n: number, noise: number, seed: number): Sample {
  const random = createRandom(seed);
  const truth = Uint32Array.from({ length: n }, (_, i) => i % 2);
  const data = new Float32Array(2 * n);
  truth.forEach((cluster, i) => {
    const share = (i - cluster + 2 * random.next()) / n;
    data.set(withNoise(CURVES[name](cluster, share), noise, random), 2 * i);
  });
  return { points: { data, shape: [n, 2] }, truth };
}

const withNoise = (place: readonly number[], noise: number, random: Random): number[] =>
  place.map((value) => value + noise * standardNormal(random));

/** Labels by other names, so that as many rows as can be have that of `truth`. */
export function renamed(labels: Uint32Array, truth: Uint32Array, k: number): Uint32Array {
  const costs = new Float64Array(k * k);
  labels.forEach((label, i) => costs[label * k + truth[i]]--);
  const names = leastAssignment(costs, k, k);
  return labels.map((label) => names[label]);
}
