import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../cli/support.js';
import {
  cli,
  Cluster,
  endFits,
  hasPython,
  isRunning,
  json,
  PYTHON,
  type Running,
  spreadRows,
  writeNpy,
} from './cluster.js';

const folder = temporaryFolder();
const COLUMNS = 5;
/** So many that iterations are under way while something dies; none of the fits converges by then. */
const ITERATIONS = 12;

afterEach(endFits);

let rows = '';
let here: Record<string, unknown> = {};
let hereLabels: Buffer;

/** A fit over shards of `where`; labels to `out`. */
function fit(where: string, out: string, ...more: readonly string[]): Running {
  return cli(
    ...['kmeans', rows, '--k', '6', '--tol', '0', '--max-iter', String(ITERATIONS), '--seed', '3'],
    ...['--shard-rows', '500', '--device', 'cpu', '--json', '--trace', '--python', PYTHON],
    ...['--checkpoint', folder.path('checkpoint.json')],
    ...['--workers', where, '--out', folder.path(out), ...more],
  );
}

/** That a fit came to what one process comes to, bit for bit. */
async function expectSame(run: Running, out: string): Promise<void> {
  const { inertia, history, counts, centroids } = await json(run);
  expect({ inertia, history, counts, centroids }).toEqual({
    inertia: here.inertia,
    history: here.history,
    counts: here.counts,
    centroids: here.centroids,
  });
  expect((await readFile(folder.path(out))).equals(hereLabels)).toBe(true);
}

beforeAll(async () => {
  rows = folder.path('rows.npy');
  await writeNpy(rows, spreadRows(4000, COLUMNS), COLUMNS);
  here = await json(fit('local', 'here.npy'));
  hereLabels = await readFile(folder.path('here.npy'));
});

describe.runIf(hasPython('distributed'))('shards on Dask', { timeout: 120_000 }, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start();
  });
  afterAll(async () => {
    await cluster.stop();
  });

  test('one, two and three workers give the bits of one process', async () => {
    for (const count of [1, 2, 3]) {
      await cluster.grow(count);
      const run = fit(cluster.address, 'labels.npy');
      await expectSame(run, 'labels.npy');
      expect(run.text()).toContain(`(${count} worker`);
    }
  });

  test('a worker that is killed, its Node process alone, and one that joins late', async () => {
    const [first, second] = await cluster.grow(3);
    const run = fit(cluster.address, 'killed.npy');
    await run.printed(/iteration 2:/);
    const server = cluster.serverOf(second);
    process.kill(server, 'SIGKILL');
    await run.printed(/iteration 5:/);
    cluster.serverOf(first);
    first.child.kill('SIGKILL');
    const joining = cluster.worker();
    await expectSame(run, 'killed.npy');
    await joining;
    expect(await isRunning(server)).toBe(false);
  });

  test('a worker that is stopped for ten seconds', async () => {
    const [first] = await cluster.grow(2);
    const run = fit(cluster.address, 'stopped.npy');
    await run.printed(/iteration 2:/);
    first.child.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    first.child.kill('SIGCONT');
    await expectSame(run, 'stopped.npy');
  });

  test('a coordinator that is killed: --resume goes on', async () => {
    await cluster.grow(1);
    const run = fit(cluster.address, 'resumed.npy');
    await run.printed(/iteration 4:/);
    run.child.kill('SIGKILL');
    await run.ended;
    const resumed = fit(cluster.address, 'resumed.npy', '--resume');
    await expectSame(resumed, 'resumed.npy');
    expect(resumed.text()).not.toContain('iteration 3:');
  });

  test('all workers dead: an error that says so, and --resume once there are some', async () => {
    await cluster.grow(2);
    const run = fit(cluster.address, 'dead.npy', '--worker-timeout', '2');
    await run.printed(/iteration 3:/);
    await cluster.killWorkers();
    expect(await run.ended).toBe(1);
    expect(run.text()).toContain(`${cluster.address}: no worker has been there for 2 s`);
    await cluster.grow(1);
    await expectSame(fit(cluster.address, 'dead.npy', '--resume'), 'dead.npy');
  });

  test('NaN in a shard: the file, the row and the column are named', async () => {
    const bad = folder.path('bad.npy');
    const data = spreadRows(4000, COLUMNS);
    data[COLUMNS * 2345 + 1] = Number.NaN;
    await writeNpy(bad, data, COLUMNS);
    await cluster.grow(1);
    const run = cli(
      ...['kmeans', bad, '--k', '3', '--shard-rows', '500', '--workers', cluster.address],
      ...['--python', PYTHON, '--checkpoint', folder.path('bad.json')],
    );
    expect(await run.ended).toBe(1);
    expect(run.text()).toMatch(
      /webgpu-clustering: [^:]+: \S+bad\.npy: the value at row 2345, column 1 is NaN/,
    );
  });

  test('mixtures and PCA give the bits of one process', async () => {
    await cluster.grow(2);
    const numbers = async (method: readonly string[], where: string) => {
      const run = cli(
        ...[...method, '--workers', where, '--python', PYTHON, '--shard-rows', '500'],
        ...['--device', 'cpu', '--json', '--checkpoint', folder.path('other.json')],
      );
      const { history, means, covariances, components, explainedVariance } = await json(run);
      return { history, means, covariances, components, explainedVariance };
    };
    for (const method of [
      ['gmm', rows, '--k', '3', '--max-iter', '4'],
      ['pca', rows],
    ]) {
      expect(await numbers(method, cluster.address)).toEqual(await numbers(method, 'local'));
    }
  });

  test('no process is left behind', async () => {
    await cluster.stop();
    // They end as their input does.
    for (let tries = 0; tries < 50; tries++) {
      const left = await Promise.all([...cluster.servers].map(isRunning));
      if (!left.includes(true)) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(cluster.servers.size).toBeGreaterThan(0);
    for (const server of cluster.servers) expect(await isRunning(server)).toBe(false);
  });
});

test.runIf(hasPython('mpi4py'))('shards on MPI give the bits of one process', async () => {
  process.env.WEBGPU_CLUSTERING_MPIRUN = 'mpirun --allow-run-as-root --oversubscribe';
  await expectSame(fit('mpi:2', 'mpi.npy'), 'mpi.npy');
});

test('what is read, or written already, is not replaced; rows that changed meanwhile are refused', async () => {
  const bytes = await readFile(rows);
  const refused: readonly (readonly [args: readonly string[], said: RegExp])[] = [
    [['--out', rows], /--out is \S+, which would replace the very file that is read/],
    [['--model', rows], /--model is \S+, which would replace the very file that is read/],
    [['--checkpoint', rows], /--checkpoint is \S+, which would replace the very file/],
    [['--checkpoint', folder.path('here.npy')], /here\.npy: it is no checkpoint/],
    [['--out', folder.path('a.npy'), '--model', folder.path('a.npy')], /what --out writes/],
  ];
  for (const [args, said] of refused) {
    const run = cli('kmeans', rows, '--k', '2', '--workers', 'local', '--device', 'cpu', ...args);
    expect(await run.ended).toBeGreaterThan(0);
    expect(run.text()).toMatch(said);
  }
  expect((await readFile(rows)).equals(bytes)).toBe(true);
  const changing = folder.path('changing.npy');
  await writeFile(changing, bytes);
  const run = cli(
    ...['kmeans', changing, '--k', '6', '--tol', '0', '--workers', 'local', '--device', 'cpu'],
    ...['--trace', '--checkpoint', folder.path('changing.json')],
  );
  await run.printed(/iteration 1:/);
  await writeFile(changing, bytes);
  expect(await run.ended).toBe(1);
  expect(run.text()).toContain('it was written to while its rows were fitted');
});

test('rows on a device: the same clusters', async () => {
  const run = fit('local', 'device.npy', '--device', 'webgpu', '--max-iter', '3');
  const { history } = await json(run);
  const expected = (here.history as number[]).slice(0, 3);
  (history as number[]).forEach((inertia, i) => {
    expect(Math.abs(inertia / expected[i] - 1)).toBeLessThan(1e-5);
  });
});

test('a scheduler that is not there, another checkpoint, a file that is gone', async () => {
  const nowhere = fit('tcp://127.0.0.1:1', 'none.npy');
  const other = folder.path('other-checkpoint.json');
  await writeFile(
    other,
    JSON.stringify({ format: 'webgpu-clustering/checkpoint', of: '', parts: {} }),
  );
  const resumed = fit('local', 'other.npy', '--resume', '--checkpoint', other);
  const gone = folder.path('gone.npy');
  await rm(gone, { force: true });
  const missing = cli('kmeans', gone, '--k', '2', '--workers', 'local');
  expect(await resumed.ended).toBe(1);
  expect(resumed.text()).toContain('it is the checkpoint of a fit of other files or options');
  expect(await missing.ended).toBe(1);
  expect(missing.text()).toContain(`${gone}: there is no such file`);
  if (!hasPython('distributed')) return;
  expect(await nowhere.ended).toBe(1);
  expect(nowhere.text()).toContain('tcp://127.0.0.1:1: no Dask scheduler answers there');
});
