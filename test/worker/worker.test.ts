/** The library in a worker, as Node starts it; the site's page Embeddings shows one of a page. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { afterAll, describe, expect, test } from 'vitest';
import type * as worker from '../../src/worker/index.js';
import { kmeans } from '../../src/index.js';

import { createRandom } from '../../src/math/random.js';
import { checkLibrary, root } from '../engines/bundle.js';

await checkLibrary();
const built = pathToFileURL(join(root, 'dist/worker.js')).href;
const { inWorker, transfer } = (await import(built)) as typeof worker;

const random = createRandom(3);
const points = () => ({
  data: Float32Array.from({ length: 600 }, () => random.next()),
  shape: [200, 3],
});
/** A fit of these does not end within a moment. */
const many = () => ({
  data: Float32Array.from({ length: 40_000 }, () => random.next()),
  shape: [5000, 8],
});
const cpu = { runtime: 'cpu' } as const;

describe('inWorker', () => {
  const api = inWorker();
  afterAll(() => {
    api.close();
  });

  test('gives what the library gives, and models whose methods give promises', async () => {
    const given = points();
    const here = await kmeans(given, { k: 4, seed: 2, ...cpu });
    const progress: number[] = [];
    const there = await api.kmeans(given, {
      ...{ k: 4, seed: 2, ...cpu },
      onIteration: ({ iteration }) => {
        progress.push(iteration);
      },
    });
    expect(there.labels).toEqual(here.labels);
    expect(there.centroids).toEqual(here.centroids);
    expect(progress).toEqual(Array.from(here.history, (_, i) => i + 1));
    expect(await there.transform(given, cpu)).toEqual(await here.transform(given, cpu));
    // What a call gave is its caller's alone: the model still has its own.
    expect(await there.predict(given, cpu)).toEqual(here.labels);
    const json = await there.toJSON();
    expect(json).toEqual(JSON.parse(JSON.stringify(here)));
    const again = await api.KMeansModel.fromJSON(json);
    expect(await again.predict(given, cpu)).toEqual(here.labels);
    const parts = await api.kmeansFactorization(there, given, cpu);
    expect(
      await parts.projection.times([Float64Array.from({ length: 200 }, () => 1)]),
    ).toHaveLength(1);
  });

  test('a stream of a file, and arrays that are given away', async () => {
    const given = points();
    const here = await kmeans(given, { k: 3, ...cpu });
    const rows = await api.blobRows(new Blob([given.data]), 3);
    expect((await api.kmeans(rows, { k: 3, ...cpu })).labels).toEqual(here.labels);
    expect((await api.kmeans(transfer(given), { k: 3, ...cpu })).labels).toEqual(here.labels);
    expect(given.data).toHaveLength(0);
  });

  test('errors by their classes, and refusals of what cannot go there', async () => {
    const error: unknown = await api
      .kmeans([[1], [NaN]], { k: 1, ...cpu })
      .catch((e: unknown) => e);
    expect(String(error)).toMatch(/^NonFiniteError: points: the value at row 1/);
    expect(error).toMatchObject({ name: 'NonFiniteError', code: 'non-finite', row: 1, column: 0 });
    const asked = api.onlineKMeans([[1], [2]], { k: 1, eta: () => 0.5, ...cpu });
    await expect(asked).rejects.toThrow(/^eta is a function, which a worker cannot ask; write/);
    const device = { kernel: () => undefined } as never;
    await expect(api.kmeans([[1]], { k: 1, runtime: device })).rejects.toThrow(/function/);
    const fit = await api.kmeans([[1], [2]], { k: 1, ...cpu });
    fit.dispose();
    await expect(fit.predict([[1]])).rejects.toThrow(
      /^predict: what it is asked of is in the worker/,
    );
  });

  test('a signal, and what a callback throws, end the call here and the work there', async () => {
    const rows = many();
    const options = { k: 64, tol: 0, ...cpu };
    const controller = new AbortController();
    const reason = new Error('enough');
    let told = 0;
    const fit = api.kmeans(rows, {
      ...options,
      signal: controller.signal,
      onIteration: () => {
        if (++told === 2) controller.abort(reason);
      },
    });
    await expect(fit).rejects.toBe(reason);
    const thrown = new Error('told');
    const onIteration = () => {
      throw thrown;
    };
    await expect(api.kmeans(rows, { ...options, onIteration })).rejects.toBe(thrown);
    // The worker is free for others at once.
    expect((await api.kmeans([[1], [2]], { k: 2, ...cpu })).inertia).toBe(0);
    expect(told).toBeLessThan(10);
  });

  test('close ends what is under way, and the next call starts another worker', async () => {
    const model = await api.kmeans([[1], [2]], { k: 2, ...cpu });
    const fit = api.kmeans(many(), {
      ...{ k: 64, tol: 0, ...cpu },
      onIteration: () => {
        api.close();
      },
    });
    await expect(fit).rejects.toMatchObject({ code: 'worker-ended' });
    await expect(model.predict([[1]])).rejects.toThrow(/in the worker no more/);
    expect((await api.kmeans([[1], [2]], { k: 2, ...cpu })).inertia).toBe(0);
  });
});

test('a worker of one’s own serves what it is given, and holds up no process', async () => {
  const own = `import { serve } from ${JSON.stringify(built)};
    serve({ half: (x, { onProgress }) => { onProgress(1); return x / 2; } });`;
  const program = `import { Worker } from 'node:worker_threads';
    import { inWorker } from ${JSON.stringify(built)};
    const api = inWorker({ start: () => new Worker(new URL(${JSON.stringify(
      `data:text/javascript,${encodeURIComponent(own)}`,
    )})) });
    let told;
    const half = await api.half(8, { onProgress: (value) => { told = value; } });
    process.stdout.write(JSON.stringify([half, told, await api.none().catch(({ message }) => message)]));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
  let said = '';
  child.stdout.on('data', (text: Buffer) => (said += text.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect([code, JSON.parse(said)]).toEqual([0, [4, 1, 'The worker has no function none.']]);
});

test('a page’s bundler finds the worker’s file', async () => {
  const page = join(root, 'dist/page/worker.js');
  expect(await readFile(page, 'utf8')).not.toContain('@vite-ignore');
  const result = await build({
    ...{ configFile: false, logLevel: 'silent', root },
    worker: { format: 'es' },
    build: { write: false, rolldownOptions: { input: page } },
  });
  const files = ('output' in result ? result.output : []).map(({ fileName }) => fileName);
  expect(files.filter((name) => name.includes('worker-host'))).not.toEqual([]);
});
