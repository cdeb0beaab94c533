import { expect, it } from 'vitest';
import { createRandom, standardNormal } from '../../src/math/random.js';
import { dot, norm } from '../../src/math/vectors.js';
import { dictionaryStep } from '../../src/methods/dictionary_learning/dictionary_step.js';

it('leaves no slope but against the bound on the length of atoms', async () => {
  const random = createRandom(5);
  const [n, k, d] = [60, 5, 4];
  const codes = Float64Array.from({ length: n * k }, (_, at) =>
    // The last atom is not used, the one before by codes so large that it stays short.
    at % k === k - 1 ? 0 : standardNormal(random) * (at % k === k - 2 ? 100 : 1),
  );
  const rows = Float64Array.from({ length: n * d }, () => 10 * standardNormal(random));
  const gram = new Float64Array(k * k);
  const cross = new Float64Array(k * d);
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < k; a++) {
      for (let b = 0; b < k; b++) gram[a * k + b] += codes[i * k + a] * codes[i * k + b];
      for (let c = 0; c < d; c++) cross[a * d + c] += codes[i * k + a] * rows[i * d + c];
    }
  }
  const atoms = Float64Array.from({ length: k * d }, () => 0.1);
  const pause = () => Promise.resolve();
  expect(await dictionaryStep({ atoms, k, d }, gram, cross, pause)).toEqual([k - 1]);
  const most = Math.max(...cross.map(Math.abs));
  const lengths: number[] = [];
  for (let a = 0; a < k - 1; a++) {
    const atom = atoms.subarray(a * d, (a + 1) * d);
    const slope = Float64Array.from({ length: d }, (_, c) => {
      let sum = -cross[a * d + c];
      for (let b = 0; b < k; b++) sum += gram[a * k + b] * atoms[b * d + c];
      return sum;
    });
    const outwards = dot(slope, atom) / dot(atom, atom);
    const size = norm(atom);
    lengths.push(size);
    expect(size).toBeLessThanOrEqual(1 + 1e-12);
    // Only a longer atom could fit better.
    expect(outwards).toBeLessThanOrEqual(1e-7 * most);
    const bound = size > 1 - 1e-9 ? outwards : 0;
    slope.forEach((value, c) => {
      expect(Math.abs(value - bound * atom[c]) / most).toBeLessThan(1e-6);
    });
  }
  expect(Math.min(...lengths)).toBeLessThan(0.9);
  expect(Math.max(...lengths)).toBeCloseTo(1, 12);
  expect([...atoms.slice(-d)]).toEqual(new Array(d).fill(0.1));
});
