/** What a fit will take, before anything is loaded. */
import { ceilDiv } from '../../../host/plan.js';
import type { Runtime } from '../../../host/runtime.js';
import { checkOptions, either, oneOf, RUNTIME_RULES, wholeNumber } from '../../fit/options.js';
import { boundsBytes } from '../../ops/assign/bounds_size.js';
import { statisticsEntries } from '../../ops/mixtures/layout.js';
import { planBatch, UNIT } from '../../ops/mixtures/batches.js';
import { formOf } from '../../ops/mixtures/parameters.js';
import type { CovarianceType } from '../../ops/mixtures/scorer.js';
import { GRAM_ENTRY, gramBlocks, planBatches } from '../../ops/products/gram.js';
import { sumsBytes } from '../../ops/sums/accumulation.js';
import { SLOTS, streamedRows } from '../../rows/block_size.js';
import { packedBytes, UPLOAD_BLOCK } from '../../rows/device_points.js';
import type { Storage } from '../../rows/load_options.js';
import { BLOCK_BYTES } from '../../rows/narrowed.js';
import { InvalidArgumentError } from '../../errors.js';

export type EstimatedMethod = 'kmeans' | 'miniBatchKMeans' | 'gaussianMixture' | 'pca';

export interface EstimateOptions {
  /** Rows. */
  readonly n: number;
  /** Columns. */
  readonly d: number;
  /** Clusters or components; not for `pca`. */
  readonly k?: number;
  /** Iterations (`miniBatchKMeans`: batches) that `flops` and `seconds` are for. Default 1. */
  readonly iterations?: number;
  /** As of `kmeans`. */
  readonly storage?: Storage;
  /** As of `kmeans`; 'auto' and 'bounded' count what bounds take at most. Default 'lloyd'. */
  readonly algorithm?: 'auto' | 'lloyd' | 'bounded';
  /** As of `miniBatchKMeans`. Default 1,024. */
  readonly batchSize?: number;
  /** As of `gaussianMixture`. Default 'full'. */
  readonly covarianceType?: CovarianceType;
  /** Where the fit will run: its limits count, and `seconds` are known once it has run some fit. */
  readonly runtime?: Runtime | 'cpu';
}

export interface Estimate {
  /** Bytes of buffers that are in use at once at most, of one run; 0 on the CPU. */
  readonly deviceBytes: number;
  /** Bytes on the host beside the caller's rows: results, and what the CPU holds of the rows. */
  readonly hostBytes: number;
  /** Whether rows pass through the device, which is not to hold them all. */
  readonly streamed: boolean;
  /** Floating point operations of the iterations, without the start. */
  readonly flops: number;
  /** Seconds that these take where the runtime's pace is known; else undefined. */
  readonly seconds: number | undefined;
}

const RULES = {
  n: wholeNumber(1),
  d: wholeNumber(1),
  k: wholeNumber(1),
  iterations: wholeNumber(1),
  storage: oneOf('float32', 'float16'),
  algorithm: oneOf('auto', 'lloyd', 'bounded'),
  batchSize: wholeNumber(1),
  covarianceType: oneOf('full', 'tied', 'diag', 'spherical', 'fixed'),
  runtime: either(RUNTIME_RULES.runtime, oneOf('cpu')),
} as const;

/** A device by WebGPU's least limits. */
const LEAST = {
  limits: {
    maxBufferSize: 2 ** 28,
    maxStorageBufferBindingSize: 2 ** 27,
    maxComputeWorkgroupsPerDimension: 65_535,
  },
  residentBytes: 2 ** 30,
};
/** What the status of iterations takes, with its uniforms. */
const STATUS_BYTES = 80 * 1024;

type Size = Required<Omit<EstimateOptions, 'runtime'>> & { readonly quads: number };

interface Need {
  /** Rows on the device at once. */
  readonly rows: number;
  /** Bytes beside the rows once they are loaded. */
  readonly beside: number;
  readonly hostBytes: number;
  /** Of one iteration. */
  readonly flops: number;
}

const NEEDS: Readonly<Record<EstimatedMethod, (size: Size, most: number) => Need>> = {
  kmeans: (size, most) => clusteringNeed(size, size.n, most),
  miniBatchKMeans: (size, most) => {
    const { n, d, k, quads, batchSize } = size;
    const rows = Math.min(n, 3 * Math.max(batchSize, k));
    return {
      rows,
      beside: 12 * rows + sumsBytes(rows, k, quads, most),
      hostBytes: 4 * rows * d + 16 * k * d,
      flops: 2 * Math.min(n, batchSize) * d * (k + 1),
    };
  },
  gaussianMixture: ({ n, d, k, quads, covarianceType }, most) => {
    const form = formOf(covarianceType);
    const entries = statisticsEntries(form, quads);
    const { rows, unitLanes } = planBatch(k, entries, most);
    const batch = Math.min(n, rows);
    const partial = 16 * k * entries * unitLanes * ceilDiv(batch, UNIT);
    const width = form === 'diag' ? d : d * d;
    return {
      rows: n,
      // Scores and sums of two batches, of which one is worked on.
      beside: 2 * (4 * k * batch + partial) + 16 * n + 32 * k * entries + STATUS_BYTES,
      hostBytes: 12 * n + 4 * 8 * k * width,
      flops: 2 * n * k * (form === 'diag' ? 4 * d : d * (d + 1)),
    };
  },
  pca: ({ n, d, quads }) => {
    const entries = GRAM_ENTRY * gramBlocks(quads);
    return {
      rows: n,
      beside: 16 * entries * planBatches(n, entries).lanes,
      hostBytes: 3 * 8 * d * d,
      flops: n * d * (d + 1),
    };
  },
};

/** Labels and sums of rows by k centroids. */
function clusteringNeed(size: Size, rows: number, most: number): Need {
  const { d, k, quads, algorithm } = size;
  const bounds = algorithm === 'lloyd' ? 0 : boundsBytes(k, { quads, shape: [rows, d] });
  return {
    rows,
    // Labels, owners, norms, costs and the rows that are left undecided.
    beside: 20 * rows + bounds + sumsBytes(rows, k, quads, most) + 48 * k * quads + STATUS_BYTES,
    hostBytes: 8 * rows + 16 * k * d,
    flops: 2 * rows * d * (k + 1),
  };
}

/**
 * The memory and arithmetic of a fit, from its shape alone: to choose a method, a `storage` or a device before
 * rows are there. `deviceBytes` were within 20 % of what fits allocated (`pca`: its default solver).
 *
 * @throws InvalidArgumentError for a method or an option that is none
 */
export function estimate(method: EstimatedMethod, options: EstimateOptions): Estimate {
  if (!Object.hasOwn(NEEDS, method)) {
    throw new InvalidArgumentError(
      'method',
      `estimate: there is no '${method as string}'; there are ${Object.keys(NEEDS).join(', ')}.`,
    );
  }
  const checked = checkOptions('estimate', options, RULES);
  for (const name of method === 'pca' ? (['n', 'd'] as const) : (['n', 'd', 'k'] as const)) {
    if (checked[name] === undefined) {
      throw new InvalidArgumentError(
        name,
        `estimate: ${name} is missing; give a whole number >= 1.`,
      );
    }
  }
  const { runtime, ...given } = checked;
  const { n, d } = given;
  const quads = ceilDiv(d, 4);
  const size: Size = {
    ...{ k: 1, iterations: 1, storage: 'float32', algorithm: 'lloyd', batchSize: 1024 },
    ...{ covarianceType: 'full', quads },
    ...given,
  };
  const isOnHost = runtime === 'cpu';
  const device = runtime === undefined || isOnHost ? LEAST : runtime;
  const { limits } = device;
  const most = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const need = NEEDS[method](size, most);
  const storage = method === 'kmeans' ? size.storage : 'float32';
  const packed = packedBytes(need.rows, quads, storage);
  // As they come by: as given, and packed in float32.
  const passing = (bytes?: number) =>
    Math.min(need.rows, streamedRows(quads, limits, bytes)) * (16 * quads + 4 * d);
  const streamed = !isOnHost && packed > device.residentBytes;
  const held = streamed ? SLOTS * passing() : packed;
  const inFull = Math.min(UPLOAD_BLOCK, most, 4 * need.rows * d);
  const upload = storage === 'float16' ? passing(BLOCK_BYTES) : inFull;
  const flops = need.flops * size.iterations;
  const rate = isOnHost ? undefined : runtime?.pace.measured;
  return {
    deviceBytes: isOnHost ? 0 : held + Math.max(streamed ? 0 : upload, need.beside),
    hostBytes: need.hostBytes + (isOnHost ? 4 * n * (d + 1) : 0),
    streamed,
    flops,
    seconds: rate && flops / 2 / rate / 1000,
  };
}
