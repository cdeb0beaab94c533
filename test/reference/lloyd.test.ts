import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { directionsOf } from '../../src/rows/directions.js';
import { lloyd } from '../../src/ops/clustering/lloyd.twin.js';
import type { HostRows } from '../../src/ops/op.js';
import { grids, largestDifference, ones, row, uniform } from './support.js';
import type { LloydOptions } from '../../src/ops/clustering/lloyd.js';

const options: LloydOptions = { maxIter: 100, tolerance: 0 };

function dataset(
  x: ArrayLike<number>,
  d: number,
  weights: Float32Array = ones(x.length / d),
): HostRows {
  const shift = new Float64Array(d);
  return { x: Float32Array.from(x), n: x.length / d, d, weights, metric: 'euclidean', shift };
}

function neverRises(history: Float64Array): boolean {
  return history.every((value, i) => i === 0 || value <= history[i - 1] * (1 + 1e-12) + 1e-12);
}

describe('a line of four points, worked out by hand', () => {
  // Labels 0111, centroids 0 and 22/3; labels 0011, centroids 1/2 and 21/2; labels as before.
  const line = dataset([0, 1, 10, 11], 1);
  const start = Float32Array.of(0, 1);

  it('converges when the labels repeat', async () => {
    const result = await lloyd(line, start, 2, { ...options, tolerance: -1 });
    expect([...result.centroids]).toEqual([0.5, 10.5]);
    expect(result.iterations).toBe(3);
    expect(result.converged).toBe(true);
    expect(largestDifference(result.history, [181, 1 + 185 / 9, 1])).toBeLessThan(1e-12);
  });

  it('converges when the summed squared shift is at most the tolerance', async () => {
    // The second update moves the centroids by 1/2 and 19/6: 185/18 in all, near 10.28.
    const close = await lloyd(line, start, 2, { ...options, tolerance: 10.28 });
    expect([close.iterations, close.converged]).toEqual([2, true]);
    const tight = await lloyd(line, start, 2, { ...options, tolerance: 10.27 });
    expect([tight.iterations, tight.converged]).toEqual([3, true]);
  });

  it('stops at maxIter without having converged', async () => {
    const result = await lloyd(line, start, 2, { ...options, maxIter: 2 });
    expect([result.iterations, result.converged]).toEqual([2, false]);
    expect([...result.centroids]).toEqual([0.5, 10.5]);
    expect(result.history).toHaveLength(2);
  });

  it('tells of each iteration, counted from 1', async () => {
    const told: [number, number][] = [];
    const onIteration = (iteration: number, inertia: number) => told.push([iteration, inertia]);
    const { history } = await lloyd(line, start, 2, { ...options, onIteration });
    expect(told).toEqual([...history].map((inertia, i) => [i + 1, inertia]));
  });

  it('leaves the start as it was', async () => {
    await lloyd(line, start, 2, options);
    expect([...start]).toEqual([0, 1]);
  });
});

describe('spherical k-means', () => {
  it('sums 1 - cos and turns centroids to the mean direction', async () => {
    const x = directionsOf([1, 0, 0, 1, -1, 0], 3, 2, [0, 0]);
    const cosine: HostRows = { ...dataset(x, 2), metric: 'cosine' };
    const result = await lloyd(cosine, Float32Array.of(1, 0, -1, 0), 2, options);
    // Row 1 is at 90 degrees from both and goes to the first; then to 45 degrees.
    expect(result.history[0]).toBe(1);
    expect(result.history[1]).toBeCloseTo(2 - Math.SQRT2, 12);
    const expected = [Math.SQRT1_2, Math.SQRT1_2, -1, 0];
    expect(largestDifference(result.centroids, expected)).toBeLessThan(1e-7);
  });

  it('never lets the objective rise', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const x = Float32Array.from(directionsOf(uniform(300, seed), 100, 3, [0, 0, 0]));
      const cosine: HostRows = { ...dataset(x, 3), metric: 'cosine' };
      const { history } = await lloyd(cosine, x.slice(0, 15), 5, options);
      expect(neverRises(history)).toBe(true);
    }
  });
});

describe('Lloyd iterations', () => {
  it('never let the objective rise and end by themselves, empty clusters or not', async () => {
    await fc.assert(
      fc.asyncProperty(grids, async ({ x, d, k, c, weights }) => {
        const result = await lloyd(dataset(x, d, weights), Float32Array.from(c), k, options);
        expect(result.converged).toBe(true);
        expect(neverRises(result.history)).toBe(true);
        expect(result.centroids.every((value) => Number.isFinite(value))).toBe(true);
      }),
    );
  });

  it('take whole weights as copies of the rows', async () => {
    // With two clusters begun at rows neither is ever empty, so nothing is relocated.
    for (let seed = 0; seed < 20; seed++) {
      const [n, d] = [30, 2];
      const x = uniform(n * d, seed);
      const weights = uniform(n, seed + 50).map((value) => 2 + Math.round(value));
      const copies = Array.from(weights).flatMap((weight, i) => Array<number>(weight).fill(i));
      const repeated = copies.flatMap((i) => row(x, i, d));
      const start = x.slice(0, 2 * d);
      const weighted = await lloyd(dataset(x, d, weights), start, 2, options);
      const plain = await lloyd(dataset(repeated, d), start, 2, options);
      expect(weighted.iterations).toBe(plain.iterations);
      expect(largestDifference(weighted.history, plain.history)).toBeLessThan(1e-12);
      expect(largestDifference(weighted.centroids, plain.centroids)).toBeLessThan(1e-6);
    }
  });

  it('leave k = n rows where they are, at an objective of 0', async () => {
    const x = uniform(24, 1);
    const result = await lloyd(dataset(x, 3), x, 8, options);
    expect(result).toEqual({
      centroids: x,
      iterations: 1,
      converged: true,
      history: Float64Array.of(0),
    });
  });

  it('settle on the one place where all rows are equal', async () => {
    const x = new Float32Array(20).fill(3);
    const result = await lloyd(dataset(x, 2), Float32Array.of(3, 3, 0, 0, 9, 9), 3, options);
    expect(result.converged).toBe(true);
    expect(result.history.at(-1)).toBe(0);
    expect([...result.centroids]).toEqual([3, 3, 0, 0, 9, 9]);
  });

  it('relocate an empty cluster to the farthest row', async () => {
    const result = await lloyd(dataset([0, 1, 2, 10], 1), Float32Array.of(0, 1000), 2, options);
    expect(result).toEqual({
      centroids: Float32Array.of(1, 10),
      iterations: 2,
      converged: true,
      history: Float64Array.of(105, 2),
    });
  });

  it('give the event loop a turn each, however short they are', async () => {
    const x = uniform(400, 3);
    let turns = 0;
    let running = true;
    const turn = () => {
      turns++;
      if (running) setImmediate(turn);
    };
    turn();
    const { iterations } = await lloyd(dataset(x, 2), x.slice(0, 20), 10, options);
    running = false;
    expect(iterations).toBeGreaterThan(5);
    expect(turns).toBeGreaterThanOrEqual(iterations);
  });

  it('reach 0 with more clusters than distinct rows', async () => {
    const x = [0, 0, 5, 5, 5, 9];
    const result = await lloyd(dataset(x, 1), Float32Array.of(5, 5, 5, 5, 5), 5, options);
    expect(result.converged).toBe(true);
    expect(result.history.at(-1)).toBe(0);
    expect(new Set(result.centroids)).toEqual(new Set([0, 5, 9]));
  });
});

describe('an abort', () => {
  const wide = dataset(uniform(20_000 * 8, 1), 8);
  const start = wide.x.slice(0, 32 * 8);
  const reason = new Error('enough');

  it('before the start keeps any iteration from running', async () => {
    const signal = AbortSignal.abort(reason);
    await expect(lloyd(wide, start, 32, { ...options, signal })).rejects.toBe(reason);
  });

  it('by the callback ends the fit after that iteration', async () => {
    const controller = new AbortController();
    const told: number[] = [];
    const fit = lloyd(wide, start, 32, {
      ...options,
      signal: controller.signal,
      onIteration: (iteration) => {
        told.push(iteration);
        if (iteration === 2) controller.abort(reason);
      },
    });
    await expect(fit).rejects.toBe(reason);
    expect(told).toEqual([1, 2]);
  });

  it('by the callback of the last iteration is heard too', async () => {
    const controller = new AbortController();
    const one = dataset([1, 2], 1);
    const fit = lloyd(one, Float32Array.of(1), 1, {
      ...options,
      maxIter: 1,
      signal: controller.signal,
      onIteration: () => {
        controller.abort(reason);
      },
    });
    await expect(fit).rejects.toBe(reason);
  });

  it('by a timer is heard, as the event loop gets its turns', async () => {
    const controller = new AbortController();
    setTimeout(() => {
      controller.abort(reason);
    }, 20);
    const signal = controller.signal;
    const endless = { maxIter: 1_000_000, tolerance: -1, signal };
    await expect(lloyd(wide, start, 32, endless)).rejects.toBe(reason);
  });
});
