import assignKernel from '../kernels/plain_assign.wgsl';
import meansKernel from '../kernels/plain_means.wgsl';
import sumsKernel from '../kernels/plain_sums.wgsl';
import {
  bind,
  compile,
  type Dispatch,
  makeBuffer,
  openDevice,
  readFloats,
  submit,
} from '../gpu.js';
import type { Workload } from '../workload.js';
import type { Contender, Loaded } from './contender.js';
import type { Results } from '../workload.js';

/** Partial sums are kept for at most so many slabs of rows, in at most so many bytes. */
const MOST_SLABS = 256;
const MOST_PARTIAL_BYTES = 32 << 20;

type Pipelines = Readonly<Record<'assign' | 'sums' | 'means', GPUComputePipeline>>;

/** The kernels one writes first: an invocation a row, direct differences, no tiles. */
export const plain: Contender<'kmeans'> = async () => {
  const device = await openDevice();
  const [assign, sums, means] = await Promise.all(
    [assignKernel, sumsKernel, meansKernel].map((kernel) => compile(device, kernel)),
  );
  return {
    load: (workload) => Promise.resolve(load(device, { assign, sums, means }, workload)),
    dispose() {
      device.destroy();
    },
  };
};

function load(
  device: GPUDevice,
  pipelines: Pipelines,
  { data, n, d, k, start }: Workload,
): Loaded<Results['kmeans']> {
  const buffers: GPUBuffer[] = [];
  const make = (label: string, contents: number | Float32Array | Uint32Array, usage?: number) => {
    const buffer = makeBuffer(device, label, contents, usage);
    buffers.push(buffer);
    return buffer;
  };
  // Rows beyond one binding's limit go to another buffer.
  const { maxStorageBufferBindingSize, maxBufferSize } = device.limits;
  const most = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  const chunks = Math.ceil((4 * n * d) / most);
  const chunkRows = Math.ceil(n / chunks);
  const perSlab = 4 * k * (d + 1);
  const affordable = Math.min(MOST_SLABS, Math.floor(MOST_PARTIAL_BYTES / perSlab));
  const slabs = Math.max(1, Math.floor(affordable / chunks));
  const centroids = make('centroids', start);
  const partials = make('partials', perSlab * slabs * chunks);
  const uniform = (rows: number, slabCount: number, firstSlab: number) =>
    make(
      'shape',
      Uint32Array.of(rows, d, k, slabCount, firstSlab, 0, 0, 0),
      GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    );
  const iteration = Array.from({ length: chunks }, (_, chunk): Dispatch[] => {
    const first = chunk * chunkRows;
    const rows = Math.min(chunkRows, n - first);
    const points = make('points', data.subarray(first * d, (first + rows) * d));
    const labels = make('labels', 4 * rows);
    const shape = uniform(rows, slabs, chunk * slabs);
    const { assign, sums } = pipelines;
    return [
      {
        pipeline: assign,
        group: bind(device, assign, [shape, points, centroids, labels]),
        workgroups: Math.ceil(rows / 64),
      },
      {
        pipeline: sums,
        group: bind(device, sums, [shape, points, labels, partials]),
        workgroups: slabs,
      },
    ];
  }).flat();
  const { means } = pipelines;
  iteration.push({
    pipeline: means,
    group: bind(device, means, [uniform(n, slabs * chunks, 0), partials, centroids]),
    workgroups: Math.ceil((k * d) / 64),
  });
  return {
    async iterate(iterations) {
      device.queue.writeBuffer(centroids, 0, start as BufferSource);
      for (let i = 0; i < iterations; i++) submit(device, iteration);
      return { result: { centroids: await readFloats(device, centroids) }, iterations };
    },
    dispose() {
      for (const buffer of buffers) buffer.destroy();
    },
  };
}
