/**
 * What an iteration over shards takes on Dask beside the shards' own work, for 1, 2 and 3 workers on this machine;
 * what the coordinator takes for a shard; and the same iterations by dask-ml's algorithm in numpy.
 *
 *     npm run bench:scale [-- --rows 200000 --columns 32 --k 64 --iterations 10]
 */
import { spawn, spawnSync } from 'node:child_process';
import console from 'node:console';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '200000' },
    columns: { type: 'string', default: '32' },
    k: { type: 'string', default: '64' },
    iterations: { type: 'string', default: '10' },
    shards: { type: 'string', default: '12' },
    python: { type: 'string', default: '/usr/bin/python3' },
    device: { type: 'string', default: 'cpu' },
    port: { type: 'string', default: '8799' },
  },
});
const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'clustering-scale-'));
const address = `tcp://127.0.0.1:${values.port}`;
const [n, d, k, iterations] = [values.rows, values.columns, values.k, values.iterations].map(
  Number,
);
const started = [];
process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

function start(program, args, until) {
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  });
  started.push(child);
  return new Promise((resolve, reject) => {
    let text = '';
    child.on('error', reject);
    child.on('exit', () => reject(new Error(text)));
    child.stderr.on('data', (piece) => {
      text += piece;
      if (until.test(text)) resolve(child);
    });
  });
}

function run(program, args) {
  const done = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 28, cwd: folder });
  if (done.status !== 0) throw new Error(done.stderr);
  return JSON.parse(done.stdout);
}

const rowsOf = (path, rows) =>
  run(values.python, [
    '-c',
    'import numpy,sys; p,n,d=sys.argv[1],int(sys.argv[2]),int(sys.argv[3]);' +
      "numpy.save(p, numpy.random.default_rng(0).random((n,d),dtype='f4')); print('{}')",
    ...[path, String(rows), String(d)],
  ]);

const fit = (path, workers, shardRows) =>
  run(process.execPath, [
    ...[at('../../dist/cli.js'), 'kmeans', path, '--k', values.k, '--tol', '0', '--init', 'random'],
    ...['--max-iter', values.iterations, '--shard-rows', String(shardRows), '--json', '--quiet'],
    ...['--workers', workers, '--python', values.python, '--device', values.device],
  ]);

/** Milliseconds of an iteration: until its answer, and the shards' own work in it. */
function iterationOf({ questions: { step } }) {
  return { wall: step.wall / step.count, own: step.shards / step.count };
}

try {
  console.log(
    `${cpus()[0].model}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}`,
  );
  const rows = join(folder, 'rows.npy');
  rowsOf(rows, n);
  const shardRows = Math.ceil(n / Number(values.shards));
  const host = ['--host', '127.0.0.1', '--no-dashboard'];
  await start('/usr/bin/dask-scheduler', [...host, '--port', values.port], /Scheduler at:/);
  const preload = [
    '--preload',
    at('../../scale/webgpu_clustering_dask.py'),
    '--device',
    values.device,
  ];
  const flags = ['--nthreads', '1', '--nworkers', '1', '--no-nanny', '--memory-limit', '0'];
  console.log(`K-means, ${n} x ${d}, K ${k}, ${values.shards} shards, ${iterations} iterations`);
  const alone = fit(rows, 'local', shardRows);
  const one = iterationOf(alone);
  console.log(
    `one process: ${one.wall.toFixed(1)} ms an iteration, of which shards ${one.own.toFixed(1)}`,
  );
  for (const workers of [1, 2, 3]) {
    await start('/usr/bin/dask-worker', [address, ...host, ...flags, ...preload], /Registered to:/);
    const made = fit(rows, address, shardRows);
    const { wall, own } = iterationOf(made);
    const same = JSON.stringify(made.centroids) === JSON.stringify(alone.centroids);
    console.log(
      `${workers} workers: ${wall.toFixed(1)} ms, shards together ${own.toFixed(1)}, ` +
        `beside a fair share of these ${(wall - own / workers).toFixed(1)}; ` +
        `${(made.bytes / 1e6).toFixed(2)} MB in all; ${same ? 'the same bits' : 'OTHER BITS'}`,
    );
  }
  // Shards of next to nothing: what is left is the coordinator's and Dask's.
  const tiny = join(folder, 'tiny.npy');
  for (const shards of [32, 128]) {
    rowsOf(tiny, shards * Math.max(4, k));
    const { wall, own } = iterationOf(fit(tiny, address, Math.max(4, k)));
    console.log(
      `${shards} tiny shards on 3 workers: ${wall.toFixed(1)} ms an iteration, ` +
        `${((wall - own / 3) / shards).toFixed(2)} ms a shard beside their own work`,
    );
  }
  const peer = run(values.python, [
    at('dask_numpy_kmeans.py'),
    ...[address, rows, values.k, values.iterations, values.shards],
  ]);
  console.log(
    `dask-ml's algorithm in numpy, 3 workers: ${peer.milliseconds.toFixed(1)} ms an iteration`,
  );
} finally {
  for (const child of started) child.removeAllListeners('exit');
}
process.exit();
