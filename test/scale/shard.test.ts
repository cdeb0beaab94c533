import { describe, expect, test } from 'vitest';
import golden from '../golden/shards.json' with { type: 'json' };
import { kmeans } from '../../src/index.js';
import {
  decode,
  encode,
  fold,
  framesOf,
  fromPlain,
  kmeansOfShards,
  LocalShards,
  type Message,
  mixtureOfShards,
  pcaOfShards,
  serveShards,
  type Shards,
  toPlain,
} from '../../src/shard/index.js';

const N = golden.rows.length;
const D = golden.rows[0].length;
const DATA = Float64Array.from(golden.rows.flat());

/** Iris in so many shards on the CPU twin. */
function withIris<T>(count: number, work: (shards: Shards) => Promise<T>): Promise<T> {
  const open = (described: unknown) => {
    const index = Number(described);
    const first = Math.floor((index * N) / count);
    const rows = Math.floor(((index + 1) * N) / count) - first;
    return {
      ...{ name: 'iris', firstRow: first, start: first, index },
      read: () =>
        Promise.resolve({
          data: DATA.slice(first * D, (first + rows) * D),
          shape: [rows, D] as const,
        }),
    };
  };
  const write = () => Promise.resolve();
  return serveShards({ runtime: 'cpu', version: 'test', open, write }, (answer) =>
    work(
      new LocalShards(count, [N, D], (shard, { header, arrays }, load) =>
        answer({ header: { ...header, version: 'test', shard, load }, arrays }),
      ),
    ),
  );
}

const close = (values: ArrayLike<number>, expected: readonly number[], within: number) => {
  expect(values.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(values[i] - value)).toBeLessThan(within * Math.max(1, Math.abs(value)));
  });
};

describe("scikit-learn's results on iris, from 11 shards", () => {
  test('K-means, and those of one process', async () => {
    const { model, inertia, converged } = await withIris(11, (shards) =>
      kmeansOfShards(shards, { k: 3, tol: 0 }),
    );
    close([inertia], [golden.inertia], 1e-6);
    const rows = Array.from({ length: 3 }, (_, c) => [
      ...model.centroids.data.slice(c * D, (c + 1) * D),
    ]).sort(([a], [b]) => a - b);
    close(rows.flat(), golden.centroids.flat(), 1e-5);
    expect(converged).toBe(true);
    const whole = await kmeans(
      { data: DATA, shape: [N, D] },
      { k: 3, tol: 0, runtime: 'cpu', init: { data: model.centroids.data, shape: [3, D] } },
    );
    close([whole.inertia], [inertia], 1e-9);
  });

  test('a mixture', async () => {
    const { model } = await withIris(11, (shards) =>
      mixtureOfShards(shards, { k: 3, tol: 1e-6, maxIter: 500 }),
    );
    close([model.lowerBound], [golden.lowerBound], 1e-4);
    close(Float64Array.from(model.weights.data).sort(), golden.weights, 1e-2);
  });

  test('principal components', async () => {
    const model = await withIris(11, (shards) => pcaOfShards(shards));
    close(model.explainedVariance, golden.explainedVariance, 1e-6);
    close(model.components.data.map(Math.abs), golden.components.flat().map(Math.abs), 1e-5);
  });
});

test('more clusters than distinct rows leave none of the rows out', async () => {
  const { counts } = await withIris(4, (shards) => kmeansOfShards(shards, { k: 60, seed: 2 }));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(N);
  expect(Math.min(...counts)).toBeGreaterThan(0);
});

describe('messages', () => {
  const message: Message = {
    header: { op: 'step', step: 3 },
    arrays: { a: Float32Array.of(1, 2.5), b: Float64Array.of(1 / 3), c: Uint32Array.of(7) },
  };
  const bytes = Buffer.concat(encode(message));
  async function* pieces(of: Uint8Array, size: number) {
    for (let at = 0; at < of.length; at += size) {
      yield await Promise.resolve(of.subarray(at, at + size));
    }
  }

  test('come out of bytes in pieces of any size', async () => {
    for (const size of [1, 7, bytes.length, 3 * bytes.length]) {
      const found: Message[] = [];
      for await (const one of framesOf(pieces(Buffer.concat([bytes, bytes]), size))) {
        found.push(one);
      }
      expect(found).toEqual([message, message]);
    }
    expect(fromPlain(JSON.parse(JSON.stringify(toPlain(message))))).toEqual(message);
  });

  test.each([
    ['that ends too early', bytes.subarray(0, bytes.length - 1)],
    ['of another kind', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['whose header is no JSON', Buffer.from([2, 0, 0, 0, 123, 123])],
  ])('a frame %s is refused', async (_, wrong) => {
    const read = async () => {
      for await (const one of framesOf(pieces(wrong, 5))) expect(one).toBeDefined();
    };
    await expect(read()).rejects.toMatchObject({ name: 'FrameError', code: 'frame' });
  });

  test('whose arrays are not what the header says are refused', () => {
    expect(() => decode({ arrays: [['a', 'f8', 2]] }, new Uint8Array(8))).toThrow(/ends before/);
    expect(() => decode({ arrays: [['a', 'i9', 1]] }, new Uint8Array(8))).toThrow(
      /name its arrays/,
    );
  });
});

test('a server refuses what it does not understand, and goes on', async () => {
  await withIris(2, async (shards) => {
    const ask = (header: Message['header']) => shards.ask({ header, arrays: {} });
    await expect(ask({ op: 'fly' })).rejects.toThrow("'fly', which it does not know");
    await expect(ask({ op: 'gram' })).rejects.toThrow('before its rows were');
    expect((await ask({ op: 'moments' })).arrays.rows[0]).toBe(N);
  });
});

test('sums are those of the order of the shards; an error among them is the result', () => {
  const answers = [1e16, 1, -1e16, 3].map((value): Message => ({
    header: { fold: 'sum' },
    arrays: { sum: Float64Array.of(value) },
  }));
  expect(fold(answers).arrays.sum[0]).toBe(1e16 + 1 - 1e16 + 3);
  const failed = { header: { error: { name: 'FileError' } }, arrays: {} };
  expect(fold([answers[0], failed, answers[1]])).toBe(failed);
});
