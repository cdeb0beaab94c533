/**
 * `npm run bench:algebra`: products of square matrices beside tfjs and jax-js on one adapter, as shares of the
 * multiply-adds that it can do at most.
 */
import { defaultDevice, init, numpy as np } from '@jax-js/jax';
import * as tf from '@tensorflow/tfjs';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { create, globals } from 'webgpu';
import { createRuntime } from '../src/index.js';
import { deviceAlgebra } from '../src/ops/algebra/device_algebra.js';
import { measureCeiling } from './ceiling.js';

Object.assign(globalThis, globals);
const gpu = create([]);
// Libraries made for pages look for the page's GPU.
Object.defineProperty(globalThis, 'navigator', {
  value: { gpu, userAgent: 'node', hardwareConcurrency: availableParallelism() },
  configurable: true,
});

const SIZES = [256, 512, 1024];
/** Multiply-adds of a run: several products of small matrices. */
const RUN_WORK = 1024 ** 3;
/** The contenders take turns, so that a busy machine is as busy for each; the least time of each counts. */
const ROUNDS = 5;

interface Contender {
  readonly name: string;
  /** Makes what multiplies two n x n matrices so many times, and gives the last product. */
  prepare(
    a: Float32Array,
    b: Float32Array,
    n: number,
  ): Promise<(times: number) => Promise<ArrayLike<number>>>;
}

async function ours(): Promise<Contender> {
  const runtime = await createRuntime({ gpu });
  const algebra = await deviceAlgebra(runtime);
  return {
    name: `webgpu-clustering, ${algebra.description}`,
    async prepare(a, b, n) {
      const [left, right] = [await algebra.matrix(n, n, a), await algebra.matrix(n, n, b)];
      const into = await algebra.matrix(n, n);
      return async (times) => {
        for (let i = 0; i < times; i++) await algebra.product(left, right, { into });
        return algebra.read(into);
      };
    },
  };
}

async function tfjs(): Promise<Contender> {
  // It looks for the page's GPU when it is imported.
  await import('@tensorflow/tfjs-backend-webgpu');
  if (!(await tf.setBackend('webgpu'))) throw new Error('tfjs has no webgpu backend here');
  await tf.ready();
  return {
    name: 'tfjs, webgpu',
    prepare(a, b, n) {
      const [left, right] = [tf.tensor2d(a, [n, n]), tf.tensor2d(b, [n, n])];
      return Promise.resolve(async (times) => {
        for (let i = 1; i < times; i++) tf.matMul(left, right).dispose();
        const last = tf.matMul(left, right);
        const values = await last.data();
        last.dispose();
        return values;
      });
    },
  };
}

async function jax(): Promise<Contender> {
  if (!(await init('webgpu')).includes('webgpu'))
    throw new Error('jax-js has no webgpu device here');
  defaultDevice('webgpu');
  return {
    name: 'jax-js, webgpu',
    prepare(a, b, n) {
      const [left, right] = [np.array(a).reshape([n, n]), np.array(b).reshape([n, n])];
      return Promise.resolve(async (times) => {
        for (let i = 1; i < times; i++) {
          const product = np.matmul(left.ref, right.ref);
          await product.blockUntilReady();
          product.dispose();
        }
        return (await np.matmul(left.ref, right.ref).data()) as Float32Array;
      });
    },
  };
}

/** The largest difference of the first row from float64. */
function errorOf(c: ArrayLike<number>, a: Float32Array, b: Float32Array, n: number): number {
  let most = 0;
  for (let j = 0; j < n; j++) {
    let sum = 0;
    for (let p = 0; p < n; p++) sum += a[p] * b[p * n + j];
    most = Math.max(most, Math.abs(sum - c[j]));
  }
  return most;
}

/** Prints a line for each contender and size: its rate, its share of the ceiling and its error. */
async function main(): Promise<void> {
  const { flopsPerSecond } = await measureCeiling();
  const contenders: Contender[] = [];
  for (const open of [ours, tfjs, jax]) {
    try {
      contenders.push(await open());
    } catch (error) {
      console.log(`not here: ${String(error)}`);
    }
  }
  const table: Record<string, string | number>[] = [];
  for (const n of SIZES) {
    const [a, b] = [31, 57].map((step) =>
      Float32Array.from({ length: n * n }, (_, at) => ((at * step) % 1009) / 1009 - 0.5),
    );
    const times = Math.round(RUN_WORK / n ** 3);
    const running = await Promise.all(
      contenders.map(async (contender) => {
        const multiply = await contender.prepare(a, b, n);
        // The first compiles.
        const error = errorOf(await multiply(1), a, b, n);
        return { name: contender.name, multiply, error, least: Infinity };
      }),
    );
    for (let round = 0; round < ROUNDS; round++) {
      for (const one of running) {
        const begin = performance.now();
        await one.multiply(times);
        one.least = Math.min(one.least, (performance.now() - begin) / times);
      }
    }
    for (const { name, error, least } of running) {
      const flops = (2000 * n ** 3) / least;
      table.push({
        contender: name,
        n,
        ms: Number(least.toFixed(2)),
        'GFLOP/s': Number((flops / 1e9).toFixed(1)),
        '% of the ceiling': Number(((100 * flops) / flopsPerSecond).toFixed(0)),
        'largest error': Number(error.toPrecision(2)),
      });
    }
  }
  console.log(`multiply-adds at most: ${(flopsPerSecond / 1e9).toFixed(1)} GFLOP/s`);
  console.table(table);
}

await main();
process.exit();
