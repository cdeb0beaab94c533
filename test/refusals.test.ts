/** What callers get wrong in odd ways comes out as an error of ours, on the host and at once. */
import { describe, expect, it } from 'vitest';
import {
  clusteringAccuracy,
  gapStatistic,
  InvalidArgumentError,
  KMeansModel,
  kmeans,
  type Labels,
  maxSE,
  onlineKMeans,
  selfOrganizingMap,
  SelfOrganizingMapModel,
} from '../src/index.js';

const points = { data: Float32Array.from({ length: 60 }, (_, i) => (i * i) % 17), shape: [30, 2] };
const runtime = 'cpu';

/** An array whose buffer was transferred. */
function transferred(): Float64Array {
  const array = new Float64Array(2);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
}

/** As untyped code may give it. */
const claimingBig = { length: 2n } as unknown as ArrayLike<number>;

/** An array that says it has other entries than it has. */
function claiming(length: number): Labels {
  return Object.defineProperty(new Uint32Array(2), 'length', { value: length });
}

const asNumbers = (value: unknown) => value as number[];
const map = (options: object) =>
  selfOrganizingMap(points, { rows: 2, columns: 2, runtime, ...options });

describe('lists that are none', () => {
  it.each<[string, () => unknown]>([
    ['labels of a false length', () => clusteringAccuracy(claiming(2 ** 40), [1, 2])],
    ['labels without entries', () => clusteringAccuracy({ length: 2 ** 53 - 1 }, [1, 2])],
    ['gaps that were transferred', () => maxSE(transferred(), [0, 0])],
    ['errors without entries', () => maxSE([1, 2], new Array<number>(2 ** 32 - 1))],
    [
      'counts whose length is a bigint',
      () => onlineKMeans(points, { k: 2, runtime, initialCounts: claimingBig }),
    ],
    [
      'labels of a function, of a false length',
      () => gapStatistic(points, { kMax: 2, cluster: () => claiming(30) as number[] }),
    ],
    [
      'counts that were transferred',
      () => onlineKMeans(points, { k: 2, runtime, initialCounts: transferred() }),
    ],
    [
      'counts without a text',
      () =>
        onlineKMeans(points, { k: 1, runtime, initialCounts: asNumbers([Object.create(null)]) }),
    ],
    ['a radius up to a symbol', () => map({ radius: [2, Symbol('end')] })],
    [
      'a rate down to a transferred array',
      () => map({ mode: 'online', rate: [0.5, transferred()] }),
    ],
  ])('%s are refused', async (_, action) => {
    await expect(async () => {
      await action();
    }).rejects.toThrow(InvalidArgumentError);
  });
});

describe('models from JSON', () => {
  it.each(['centred', 'shift'])('hold no %s beyond float32', async (part) => {
    const model = await kmeans(points, { k: 2, runtime });
    const json = model.toJSON();
    const wrong = { ...json, [part]: json[part as 'centred'].map(() => 1e300) };
    expect(() => KMeansModel.fromJSON(wrong)).toThrow(/must be \d finite float32 numbers/);
  });
});

describe('a self-organizing map on the host', () => {
  it.each(['batch', 'online'])(
    'can be cancelled by a timer, whatever its epochs: %s',
    async (mode) => {
      const stop = new AbortController();
      setTimeout(() => {
        stop.abort(new Error('enough'));
      }, 50);
      const started = performance.now();
      const learning = map({ mode, epochs: Number.MAX_SAFE_INTEGER, signal: stop.signal });
      await expect(learning).rejects.toThrow('enough');
      expect(performance.now() - started).toBeLessThan(2000);
    },
  );

  it('of heavy weights goes through JSON, of heavier ones is refused', async () => {
    const heavy = (weight: number) => map({ sampleWeight: new Float64Array(30).fill(weight) });
    const json: unknown = JSON.parse(JSON.stringify(await heavy(1e200)));
    expect(SelfOrganizingMapModel.fromJSON(json).history.every(Number.isFinite)).toBe(true);
    await expect(heavy(1e300)).rejects.toThrow(/mean above 5.3e\+210; scale all weights down/);
  });
});
