import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findPython } from '../python.js';
import type { Method, Results } from '../workload.js';
import type { Contender, Loaded, Run } from './contender.js';
import script from './peers.py?raw';
import type { Loaders } from './registry.js';

type Task = 'iterate' | 'seeded' | 'converge';

/** A peer of peers.py, in a Python that has its modules. */
const pythonPeer =
  <M extends Method>(
    name: string,
    modules: string,
    offers: readonly Task[] = ['iterate'],
  ): Contender<M> =>
  async () => {
    const python = await findPython(modules);
    if (python === undefined) throw new Error(`no Python with ${modules} here`);
    return {
      async load({ data, start, method, n, d, k, covarianceType = '' }) {
        const folder = await mkdtemp(join(tmpdir(), 'clustering-bench-'));
        await writeFile(join(folder, 'points'), data);
        await writeFile(join(folder, 'start'), start);
        const sizes = [n, d, k].map(String);
        const child = spawn(
          python,
          ['-c', script, folder, method, name, ...sizes, covarianceType],
          {
            stdio: ['pipe', 'pipe', 'inherit'],
          },
        );
        const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
        const ask = async (task: Task, iterations: number): Promise<Run<Results[M]>> => {
          child.stdin.write(`${JSON.stringify({ task, iterations })}\n`);
          const line = await lines.next();
          if (line.done === true) throw new Error(`${name} ended early`);
          return JSON.parse(line.value) as Run<Results[M]>;
        };
        const loaded: Loaded<Results[M]> = {
          loadsEachRun: true,
          iterate: (iterations) => ask('iterate', iterations),
          ...(offers.includes('seeded') && {
            iterateSeeded: (iterations: number) => ask('seeded', iterations),
          }),
          ...(offers.includes('converge') && { converge: () => ask('converge', 0) }),
          dispose() {
            child.kill();
          },
        };
        return loaded;
      },
      dispose: () => undefined,
    };
  };

const ALL: readonly Task[] = ['iterate', 'seeded', 'converge'];

const sklearn = pythonPeer<'kmeans'>('scikit-learn', 'sklearn.cluster', ALL);
const sklearnElkan = pythonPeer<'kmeans'>('scikit-learn-elkan', 'sklearn.cluster', ALL);
const faiss = pythonPeer<'kmeans'>('faiss', 'faiss');
const sklearnMixture = pythonPeer<'mixture'>('scikit-learn', 'sklearn.mixture');
const sklearnPca = pythonPeer<'pca'>('scikit-learn', 'sklearn.decomposition');
const numpyPca = pythonPeer<'pca'>('numpy-covariance', 'numpy');

/** Contenders written in Python. */
export const inPython = {
  kmeans: {
    'scikit-learn': () => Promise.resolve(sklearn),
    'scikit-learn-elkan': () => Promise.resolve(sklearnElkan),
    faiss: () => Promise.resolve(faiss),
  },
  mixture: { 'scikit-learn': () => Promise.resolve(sklearnMixture) },
  pca: {
    'scikit-learn': () => Promise.resolve(sklearnPca),
    'numpy-covariance': () => Promise.resolve(numpyPca),
  },
} satisfies Loaders;
