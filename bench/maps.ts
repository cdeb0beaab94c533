/**
 * `npm run bench:maps`: a self-organizing map beside npm's ml-som, 10,000 x 16 on 20 x 20 units, both from
 * the start that is theirs; ml-som's is random in [0, 1), where the data lie.
 */
import SOM from 'ml-som';
import { create, globals } from 'webgpu';
import { createRuntime, type RuntimeChoice, selfOrganizingMap } from '../src/index.js';
import { blobs } from './data/synthetic.js';
import { toRows } from './workload.js';

Object.assign(globalThis, globals);

const [n, d, side, epochs] = [10_000, 16, 20, 10];
const SEED = 4;
const BLOBS = 12;

/** Milliseconds that `work` takes, the least of so many samples, and what it gave. */
async function timed<T>(samples: number, work: () => Promise<T> | T) {
  let [best, result] = [Number.POSITIVE_INFINITY, undefined as T];
  for (let sample = 0; sample < samples; sample++) {
    const begin = performance.now();
    result = await work();
    best = Math.min(best, performance.now() - begin);
  }
  return { milliseconds: best, result };
}

/** Blobs in [0, 1): ml-som's default start expects that. */
function unitRows(): Float32Array {
  const data = blobs(n, d, BLOBS, SEED);
  const [least, most] = data.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  return data.map((value) => (value - least) / (most - least));
}

/** Prints a line for each contender: time an epoch, how many times ml-som's speed, and quantization error. */
async function main(): Promise<void> {
  const data = unitRows();
  const points = { data, shape: [n, d] as const };
  const rows = toRows(data, n, d);
  const theirs = await timed(1, () => {
    const map = new SOM(side, side, { fields: d, iterations: epochs, torus: false });
    map.train(rows);
    return map;
  });
  const runtime = await createRuntime({ gpu: create([]) });
  const ours = async (where: RuntimeChoice, mode: 'batch' | 'online') => {
    const options = {
      rows: side,
      columns: side,
      epochs,
      mode,
      ...(where ? { runtime: where } : {}),
    };
    // The first compiles.
    await selfOrganizingMap(points, { ...options, epochs: 1 });
    const { milliseconds, result } = await timed(2, () => selfOrganizingMap(points, options));
    const { runtime: at } = options;
    const error = await result.quantizationError(points, at ? { runtime: at } : {});
    return { contender: `${mode}, ${result.engine}`, milliseconds, error };
  };
  const lines = [
    {
      contender: 'ml-som',
      milliseconds: theirs.milliseconds,
      error: theirs.result.getQuantizationError(),
    },
    await ours(runtime, 'batch'),
    await ours(runtime, 'online'),
    await ours('cpu', 'batch'),
    await ours('cpu', 'online'),
  ];
  runtime.dispose();
  console.table(
    lines.map(({ contender, milliseconds, error }) => ({
      contender,
      'ms an epoch': Number((milliseconds / epochs).toFixed(1)),
      'times ml-som': Number((theirs.milliseconds / milliseconds).toFixed(1)),
      'quantization error': Number(error.toFixed(4)),
    })),
  );
}

await main();
