import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { MixtureWorkload } from '../mixture_workloads.js';
import type { Contender } from './contender.js';

/** Reads "iterations" a line; fits, and prints the means as JSON. Loaded once, so that fits compare. */
const SCRIPT = `
import json, sys, warnings
import numpy as np
from sklearn.mixture import GaussianMixture
warnings.simplefilter("ignore")
folder, n, d, k, kind = sys.argv[1], *map(int, sys.argv[2:5]), sys.argv[5]
points = np.fromfile(folder + "/points", np.float32).reshape(n, d).astype(float)
start = np.fromfile(folder + "/start", np.float32).reshape(k, d).astype(float)
precisions = np.tile(np.eye(d), (k, 1, 1)) if kind == "full" else np.ones((k, d))
for line in sys.stdin:
    model = GaussianMixture(k, covariance_type=kind, tol=0, max_iter=int(line), means_init=start,
        weights_init=np.full(k, 1 / k), precisions_init=precisions, init_params="random_from_data")
    print(json.dumps(model.fit(points).means_.ravel().tolist()), flush=True)
`;

/** A Python that has scikit-learn: the one of the path, or the system's own. */
async function findPython(): Promise<string> {
  for (const python of ['python3', '/usr/bin/python3']) {
    try {
      await promisify(execFile)(python, ['-c', 'import sklearn.mixture']);
      return python;
    } catch {
      continue;
    }
  }
  throw new Error('no Python with scikit-learn here (Debian: python3-sklearn)');
}

/** scikit-learn's GaussianMixture, float64 on all cores. */
export const sklearnMixture: Contender<MixtureWorkload> = {
  name: 'scikit-learn',
  onDriver: false,
  async prepare({ data, n, d, k, start, covarianceType }) {
    const python = await findPython();
    const folder = await mkdtemp(join(tmpdir(), 'mixture-'));
    await writeFile(join(folder, 'points'), data);
    await writeFile(join(folder, 'start'), start);
    const sizes = [n, d, k].map(String);
    const child = spawn(python, ['-c', SCRIPT, folder, ...sizes, covarianceType], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = child.stdout.setEncoding('utf8')[Symbol.asyncIterator]() as AsyncIterator<string>;
    let text = '';
    return {
      async iterate(iterations) {
        child.stdin.write(`${iterations}\n`);
        while (!text.includes('\n')) {
          const next = await lines.next();
          if (next.done === true) throw new Error('scikit-learn ended early');
          text += next.value;
        }
        const end = text.indexOf('\n');
        const means = JSON.parse(text.slice(0, end)) as number[];
        text = text.slice(end + 1);
        return means;
      },
      dispose() {
        child.kill();
        void rm(folder, { recursive: true });
      },
    };
  },
};
