/** No work for nothing: what is compiled, held and read back is what is needed. */
import type { Runtime } from '../../src/index.js';
import type { ConformanceContext, Suite } from './case.js';
import { expectEqual } from './expect.js';
import { clouds } from './kmeans/support.js';

const points = clouds(600, 6, 1, 1);

/** The kernels that `work` compiles on a runtime of its own, and the labels of the buffers it takes. */
async function costOf(
  { library }: ConformanceContext,
  work: (runtime: Runtime) => Promise<unknown>,
) {
  const runtime = await library.createRuntime({ tuning: 'off' });
  const { device, pool } = runtime;
  const kernels: string[] = [];
  const buffers: string[] = [];
  const compile = device.createComputePipelineAsync.bind(device);
  device.createComputePipelineAsync = (descriptor) => {
    kernels.push(descriptor.label!);
    return compile(descriptor);
  };
  const acquire = pool.acquire.bind(pool);
  pool.acquire = (label, size, usage) => {
    buffers.push(label.replace(/^.*: /, ''));
    return acquire(label, size, usage);
  };
  try {
    await work(runtime);
  } finally {
    runtime.dispose();
  }
  return {
    kernels: new Set(kernels),
    count: (name: string) => buffers.filter((one) => one === name).length,
  };
}

/** Kernels that bring rows to the device, and those that only some drivers and shapes are given. */
const LOADING = /^(pack|find_nonfinite|change_columns|largest)$/;
const own = (kernels: ReadonlySet<string>) =>
  new Set(
    [...kernels]
      .filter((name) => !LOADING.test(name))
      .map((name) => name.replace(/^(assign|log_density)_.*/, '$1')),
  );

export const economy: Suite = {
  name: 'no work for nothing',
  where: 'once',
  cases: [
    {
      name: 'a model from JSON compiles what predict runs, and no more',
      needsGpu: true,
      run: async (context) => {
        const { library } = context;
        const { KMeansModel, MiniBatchKMeansModel, GaussianMixtureModel, PcaModel } = library;
        const on = { runtime: 'cpu' } as const;
        const json = (model: { toJSON(): unknown }) => JSON.parse(JSON.stringify(model)) as unknown;
        const means = json(await library.kmeans(points, { k: 5, ...on }));
        const batches = json(await library.miniBatchKMeans(points, { k: 5, maxIter: 1, ...on }));
        const mixture = json(await library.gaussianMixture(points, { k: 2, tol: 1, ...on }));
        const components = json(await library.pca(points, { nComponents: 2, ...on }));
        const labelling = [
          'row_norms',
          'decide',
          'assign',
          'point_costs',
          'run_sums',
          'label_counts',
        ];
        const needs: readonly [
          string,
          (runtime: Runtime) => Promise<unknown>,
          readonly string[],
        ][] = [
          [
            'kmeans',
            (runtime) => KMeansModel.fromJSON(means).predict(points, { runtime }),
            labelling,
          ],
          [
            'miniBatchKMeans',
            (runtime) => MiniBatchKMeansModel.fromJSON(batches).predict(points, { runtime }),
            labelling,
          ],
          [
            'gaussianMixture',
            (runtime) => GaussianMixtureModel.fromJSON(mixture).predict(points, { runtime }),
            ['log_density', 'softmax'],
          ],
          [
            'pca',
            (runtime) => PcaModel.fromJSON(components).transform(points, { runtime }),
            ['affine'],
          ],
        ];
        for (const [method, work, kernels] of needs) {
          expectEqual(own((await costOf(context, work)).kernels), new Set(kernels), method);
        }
      },
    },
    {
      name: 'a mixture brings the rows to the device once, and iterates and labels them in the same buffers',
      needsGpu: true,
      run: async (context) => {
        const { count } = await costOf(context, (runtime) =>
          context.library.gaussianMixture(points, { k: 2, tol: 1, runtime }),
        );
        expectEqual(count('rows'), 1, "buffers that the caller's rows came by");
        // For the means of a start, which need no matrices, and for all that follows.
        expectEqual(count('scores'), 2, 'buffers for responsibilities');
        expectEqual(count('logSums'), 1, 'buffers for log-densities');
      },
    },
    {
      name: 'a fit labels the rows by the buffers that it iterated with',
      needsGpu: true,
      run: async (context) => {
        const init = { data: points.data.slice(0, 30), shape: [5, 6] } as const;
        const { count } = await costOf(context, (runtime) =>
          context.library.kmeans(points, { k: 5, init, runtime }),
        );
        expectEqual(count('labels'), 1, 'buffers for labels');
        // Of either side of an iteration.
        expectEqual(count('centroids'), 2, 'buffers for centroids');
      },
    },
  ],
};
