/** Made-up data, the same on every machine: for Node and for a visitor's page. */
import { createRandom, type Random } from '../../src/math/random.js';

/** Two independent standard normal numbers (Box & Muller 1958). */
function normals(random: Random): [number, number] {
  const radius = Math.sqrt(-2 * Math.log1p(-random.next()));
  const angle = 2 * Math.PI * random.next();
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

/** n x d standard normal numbers. */
function normalRows(n: number, d: number, random: Random): Float32Array {
  const values = new Float32Array(n * d);
  for (let at = 0; at < values.length; at += 2) values.set(normals(random), at);
  return values;
}

/** n points around k centres uniform in [-10, 10]^d, deviation 1: as scikit-learn's make_blobs. */
export function blobs(n: number, d: number, k: number, seed: number): Float32Array {
  const random = createRandom(seed);
  const centres = Float64Array.from({ length: k * d }, () => 20 * random.next() - 10);
  const data = new Float32Array(n * d);
  for (let i = 0; i < n; i++) {
    const centre = random.below(k);
    for (let j = 0; j < d; j += 2) {
      const pair = normals(random);
      data[i * d + j] = centres[centre * d + j] + pair[0];
      if (j + 1 < d) data[i * d + j + 1] = centres[centre * d + j + 1] + pair[1];
    }
  }
  return data;
}

/** Deviations of the spherical-harmonics bands 1 to 3 of a Gaussian splat: 3, 5 and 7 coefficients. */
const BANDS = [
  [3, 0.09],
  [5, 0.05],
  [7, 0.03],
] as const;
const SPLAT_KINDS = 4096;

/** n x 45 numbers like the spherical-harmonics coefficients of splats: 15 of each colour. */
export function splats(n: number, seed: number): Float32Array {
  const random = createRandom(seed);
  const deviations = BANDS.flatMap(([count, deviation]) => Array<number>(count).fill(deviation));
  const d = 3 * deviations.length;
  const kinds = normalRows(SPLAT_KINDS, d + (d % 2), random);
  const data = normalRows(n, d, random);
  for (let i = 0; i < n; i++) {
    const kind = random.below(SPLAT_KINDS) * (d + (d % 2));
    for (let j = 0; j < d; j++) {
      const own = data[i * d + j] * 0.5;
      data[i * d + j] = deviations[j % deviations.length] * (kinds[kind + j] + own);
    }
  }
  return data;
}

const COLOUR_REGIONS = 40;

/** n x 3 whole numbers from 0 to 255, as if from a picture of shaded regions. */
export function shadedColours(n: number, seed: number): Float32Array {
  const random = createRandom(seed);
  const regions = Array.from({ length: COLOUR_REGIONS }, () => ({
    colour: [0, 1, 2].map(() => 255 * random.next()),
    spread: 6 + 20 * random.next(),
  }));
  const data = new Float32Array(n * 3);
  for (let i = 0; i < n; i++) {
    const { colour, spread } = regions[random.below(COLOUR_REGIONS)];
    const light = 0.5 + random.next();
    const noise = [...normals(random), normals(random)[0]];
    for (let j = 0; j < 3; j++) {
      const value = Math.round(light * colour[j] + spread * noise[j]);
      data[i * 3 + j] = Math.min(255, Math.max(0, value));
    }
  }
  return data;
}

/** How far a start lies from its row: whole numbers would tie, and each breaks ties in its own way. */
const ASIDE = 1 / 64;

/** k rows that differ from each other, each moved a little towards another: a start for all. */
export function distinctRows(data: Float32Array, n: number, k: number, seed: number): Float32Array {
  const random = createRandom(seed);
  const d = data.length / n;
  const rows = new Map<string, Float32Array>();
  for (let tries = 0; rows.size < k; tries++) {
    if (tries > 100 * k) throw new Error(`fewer than ${k} distinct rows were found to start from`);
    const at = random.below(n) * d;
    const row = data.subarray(at, at + d);
    rows.set(row.join(), row);
  }
  const start = new Float32Array(k * d);
  [...rows.values()].forEach((row, c) => {
    const other = random.below(n) * d;
    for (let j = 0; j < d; j++) start[c * d + j] = row[j] + ASIDE * (data[other + j] - row[j]);
  });
  return start;
}
