import { deviceMixtureBackend } from '../../src/device/gaussian_mixture.js';
import type { Runtime } from '../../src/index.js';
import type { MixtureWorkload } from '../mixture_workloads.js';
import type { Contender } from './contender.js';

/** Unit factors of the precisions of k components. */
export function unitFactors({ k, d, covarianceType }: MixtureWorkload): Float64Array {
  if (covarianceType === 'diag') return new Float64Array(k * d).fill(1);
  return Float64Array.from({ length: k * d * d }, (_, at) => ((at % (d * d)) % (d + 1) ? 0 : 1));
}

/** This library's mixtures on WebGPU, on a runtime that `open` gives. */
export const oursMixture = (open: () => Promise<Runtime>): Contender<MixtureWorkload> => ({
  name: 'webgpu-clustering',
  onDriver: true,
  async prepare(workload) {
    const { data, n, d, k, start, covarianceType } = workload;
    const runtime = await open();
    const session = await deviceMixtureBackend(runtime).load({ data, shape: [n, d] }, {});
    const parameters = {
      weights: new Float64Array(k).fill(1 / k),
      means: Float64Array.from(start, (value, at) => value - session.shift[at % d]),
      covariances: unitFactors(workload),
      factors: unitFactors(workload),
    };
    const { noise } = session;
    const rules = { covarianceType, regCovar: 1e-6, fixedVariance: 0, noise };
    return {
      async iterate(iterations) {
        const fit = await session.fit!(parameters, rules, { maxIter: iterations, tol: 0 });
        return fit.parameters.means.map((value, at) => value + session.shift[at % d]);
      },
      deviceBytes: () => runtime.pool.peakBytes,
      dispose() {
        session.dispose();
        runtime.dispose();
      },
    };
  },
});
