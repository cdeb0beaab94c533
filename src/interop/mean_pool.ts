/** A transformer's tokens as embeddings of sentences. */
import { plural, show } from '../../host/show.js';
import { Workspace } from '../../host/workspace.js';
import { InvalidArgumentError, ShapeError } from '../errors.js';
import { withBackend } from '../fit/backend.js';
import {
  type DeviceOutput,
  isKept,
  type MaybeOnDevice,
  OUTPUT_RULES,
} from '../fit/device_output.js';
import { anObject, aSwitch, checkOptions } from '../fit/options.js';
import { type Kept, filled } from '../ops/device_result.js';
import { poolBlocks, type Sentences } from '../ops/pooling/mean_pool.js';
import {
  type GpuMatrix,
  type GpuResult,
  type HostMatrix,
  isLaidOut,
  type Matrix,
} from '../rows/matrix.js';
import { checkPoints } from '../rows/points.js';

export interface PoolOptions {
  /** Of each token of each sentence, b x t: how much it counts, 0 for padding (an attention mask). Default: all 1. */
  readonly mask?: ArrayLike<number | bigint>;
  /** Whether embeddings are scaled to length 1. Default true. */
  readonly normalize?: boolean;
}

/**
 * Embeddings from a transformer's last hidden state: the mean of each sentence's tokens, weighted by the mask, scaled
 * to length 1. As sentence-transformers' mean pooling; a sentence whose mask is all 0 gives zeros.
 *
 * @param tokens b x t x d, on the host or, as `fromOrt` gives it, on a device
 * @returns b x d; with `output: 'gpu'` in a buffer of the caller's on the device, for which nothing is read back if
 *   `tokens` are known to be `finite`
 * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
 */
export function meanPool(
  tokens: HostMatrix | GpuMatrix,
  options: PoolOptions & DeviceOutput,
): Promise<GpuResult>;
export function meanPool(
  tokens: HostMatrix | GpuMatrix,
  options?: PoolOptions & Omit<MaybeOnDevice, 'output' | 'usage'>,
): Promise<Matrix>;
export async function meanPool(
  tokens: HostMatrix | GpuMatrix,
  options: PoolOptions & MaybeOnDevice = {},
): Promise<GpuResult | Matrix> {
  options = checkOptions('meanPool', options, {
    ...OUTPUT_RULES,
    mask: anObject,
    normalize: aSwitch,
  });
  const { runtime, signal, normalize = true, usage = 0 } = options;
  signal?.throwIfAborted();
  const [b, t, d] = checkSides(tokens);
  const checked = await checkPoints('tokens', { ...tokens, shape: [b * t, d] }, { shift: 'none' });
  const weights = weightsOf(options.mask, b, t);
  const onDevice = isKept('meanPool', checked, options);
  const shape = [b, d] as const;
  const given: Sentences = { tokens: checked, weights, shape: [b, t, d], normalize };
  return withBackend<GpuResult | Matrix>(
    runtime,
    checked,
    signal,
    async (device) => {
      const workspace = new Workspace(device, 'tokens', signal);
      try {
        if (onDevice) return { ...(await keptPool(workspace, given, usage, signal)), shape };
        return { data: await readPool(workspace, given, signal), shape };
      } finally {
        workspace.dispose();
      }
    },
    async () => {
      if ('buffer' in checked) throw (await import('../rows/host_rows.js')).onCpu(checked);
      const twin = await import('../ops/pooling/mean_pool.twin.js');
      const pooled = twin.meanPool(checked.data, weights, [b, t, d], normalize);
      return { data: Float32Array.from(pooled), shape };
    },
  );
}

async function keptPool(
  workspace: Workspace,
  given: Sentences,
  usage: number,
  signal: AbortSignal | undefined,
): Promise<Kept> {
  const [b, , d] = given.shape;
  return filled(workspace, 'embeddings', b * d, usage, async (target) => {
    await poolBlocks(workspace, await plain(workspace, given), signal, (pooled, start, count) => {
      workspace.run('embeddings', (recording) => {
        recording.copy(pooled, 0, target, 4 * d * start, 4 * d * count);
      });
    });
  });
}

async function readPool(
  workspace: Workspace,
  given: Sentences,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const [b, , d] = given.shape;
  const data = new Float32Array(b * d);
  await poolBlocks(
    workspace,
    await plain(workspace, given),
    signal,
    async (pooled, start, count) => {
      data.set(new Float32Array(await workspace.read(pooled, 0, 4 * d * count)), start * d);
    },
  );
  return data;
}

async function plain(workspace: Workspace, given: Sentences): Promise<Sentences> {
  if (!isLaidOut(given.tokens)) return given;
  const { denseRows } = await import('../rows/laid_out.js');
  return { ...given, tokens: await denseRows(workspace, given.tokens) };
}

function checkSides(tokens: { readonly shape?: unknown } | null): [number, number, number] {
  const shape = tokens?.shape;
  if (
    Array.isArray(shape) &&
    shape.length === 3 &&
    shape.every((side) => Number.isSafeInteger(side) && (side as number) > 0)
  ) {
    return shape as [number, number, number];
  }
  throw new ShapeError(
    `meanPool: the shape of tokens is ${show(shape)}; it must be [sentences, tokens, columns], whole numbers >= 1.`,
  );
}

function weightsOf(mask: PoolOptions['mask'], b: number, t: number): Float32Array {
  if (!mask) return new Float32Array(b * t).fill(1);
  if (mask.length !== b * t) {
    throw new ShapeError(
      `meanPool: mask has ${show(mask.length)} ${plural(mask.length, 'entry', 'entries')}; give one for each of ${b} x ${t} tokens.`,
    );
  }
  return Float32Array.from({ length: b * t }, (_, i) => {
    const weight = Number(mask[i]);
    if (weight >= 0 && weight < Infinity) return weight;
    throw new InvalidArgumentError(
      'mask',
      `meanPool: mask[${i}] is ${show(mask[i])}; it must be a finite number >= 0.`,
    );
  });
}
