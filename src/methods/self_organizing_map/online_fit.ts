/** The online map: rows in shuffledRows order, one at a time. */
import type { Random } from '../../math/random.js';
import { gatherRows, shuffledRows } from '../../math/sampling.js';
import type { OnlineMap } from '../../ops/maps/online_map.js';
import { largestOf } from '../../rows/float16.js';
import type { CheckedMatrix } from '../../rows/matrix.js';
import type { CheckedStream } from '../../rows/checked_stream.js';
import { rangeScale } from '../../rows/range.js';
import { isStreamed } from '../../rows/load_options.js';

/** Multiply-adds of one dispatch, which one workgroup does alone: some tens of milliseconds. */
const BLOCK_WORK = 2 ** 25;
const MOST_ROWS = 4096;

/** How a row is taken in, by its place among all steps of the fit. */
export interface Steps {
  readonly radius: (progress: number) => number;
  readonly rate: (progress: number) => number;
  readonly epochs: number;
  /** One weight a row, mean 1. */
  readonly weights: Float32Array | undefined;
}

/** Rows that are held on the host, or come from it. */
export type OnlineRows = CheckedMatrix | CheckedStream;

/**
 * The power of two at which rows and weights are held while the map learns; see `rangeScale`.
 *
 * @throws InvalidArgumentError where float32 cannot hold them at any
 */
export function onlineScale(points: OnlineRows, start: Float32Array): number {
  // A stream's are known as far as it was read.
  const rows = isStreamed(points) ? points.largest : (points.largest ?? largestOf(points.data));
  return rangeScale('points', Math.max(rows, largestOf(start)));
}

/**
 * Learns for as many epochs as `steps` has.
 *
 * @param place what every row is less of and times by in the map's coordinates
 * @param told after each epoch: its mean squared distance of a row to the unit that won it, before its step
 */
export async function learnOnline(
  map: OnlineMap,
  points: OnlineRows,
  { shift, scale }: { readonly shift: Float64Array; readonly scale: number },
  { radius, rate, epochs, weights }: Steps,
  random: Random,
  told: (epoch: number, meanSquare: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const [n, d] = points.shape;
  const blockRows = Math.max(1, Math.min(MOST_ROWS, n, Math.floor(BLOCK_WORK / map.work)));
  const left = shift.map((value, j) => value - (points.shift?.[j] ?? 0));
  const last = Math.max(1, n * epochs - 1);
  let done = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    let sum = 0;
    for await (const { data, rows } of blocksOf(points, blockRows, random)) {
      signal?.throwIfAborted();
      const x = Float32Array.from(data, (value, at) => (value - left[at % d]) * scale);
      const steps = new Float32Array(2 * rows.length);
      rows.forEach((row, i) => {
        const progress = (done + i) / last;
        steps[2 * i] = radius(progress);
        steps[2 * i + 1] = Math.min(1, rate(progress) * (weights?.[row] ?? 1));
      });
      const costs = await map.take(x, steps);
      for (let i = 0; i < costs.length; i++) sum += (weights?.[rows[i]] ?? 1) * costs[i];
      done += rows.length;
    }
    told(epoch, sum / n / scale ** 2);
  }
}

/** A pass over the rows, with their numbers: shuffledRows, but those of a stream in their order. */
async function* blocksOf(
  points: OnlineRows,
  blockRows: number,
  random: Random,
): AsyncGenerator<{ readonly data: Float32Array; readonly rows: Uint32Array }> {
  const [n, d] = points.shape;
  if (isStreamed(points)) {
    let start = 0;
    for await (const data of points.blocks(blockRows)) {
      const first = start;
      yield { data, rows: Uint32Array.from({ length: data.length / d }, (_, i) => first + i) };
      start += data.length / d;
    }
    return;
  }
  const order = shuffledRows(n, random);
  for (let start = 0; start < n; start += blockRows) {
    const rows = order.subarray(start, start + blockRows);
    yield { data: gatherRows(points.data, rows, d), rows };
  }
}
