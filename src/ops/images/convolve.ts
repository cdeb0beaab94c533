/** Pictures under filters, on a device. */
import { ceilDiv } from '../../../host/plan.js';
import type { Runtime } from '../../../host/runtime.js';
import { Workspace } from '../../../host/workspace.js';
import convolveKernel from '../../../shaders/images/convolve.wgsl';
import padKernel from '../../../shaders/images/pad_planes.wgsl';
import type { CheckedImage } from '../../rows/image.js';
import { runOver } from '../algebra/device_elementwise.js';
import { bytesAtOnce } from '../pace_keeper.js';
import { type Border, BORDERS, centreOf, type Filter, separated, sourceOf } from './border.js';

const ROWS = Number(convolveKernel.constants.ROWS);
/** A picture goes through the device in bands of rows of about so many bytes. */
const BAND_BYTES = 32 * 1024 * 1024;
/** From so many weights on two passes, one along and one across, take less than one. */
const MANY_WEIGHTS = 20;

/** Weights turned round, as vec4s. */
function turned({ weights, rows, columns }: Filter): Float32Array {
  const width = 4 * ceilDiv(columns, 4);
  const quads = new Float32Array(rows * width);
  for (let s = 0; s < rows; s++) {
    for (let t = 0; t < columns; t++) {
      quads[s * width + t] = weights[(rows - 1 - s) * columns + (columns - 1 - t)];
    }
  }
  return quads;
}

/** Lines of a picture, those beyond its edges too, one after the other in whole words. */
function linesOf(
  { data, width, height, channels, isBytes }: CheckedImage,
  first: number,
  lines: number,
  border: Border,
): Uint32Array {
  const line = width * channels;
  const isHeldAsBytes = isBytes && !(data instanceof Int8Array);
  const words = new Uint32Array(isHeldAsBytes ? ceilDiv(lines * line, 4) : lines * line);
  const numbers = isHeldAsBytes ? new Uint8Array(words.buffer) : new Float32Array(words.buffer);
  for (let i = 0; i < lines; i++) {
    const y = sourceOf(first + i, height, border);
    if (y < 0) continue;
    if (ArrayBuffer.isView(data)) numbers.set(data.subarray(y * line, (y + 1) * line), i * line);
    else numbers.set(data.slice(y * line, (y + 1) * line), i * line);
  }
  return words;
}

/**
 * The convolution of each channel with the filter, [height][width][channels], in float32. Filters that are the
 * product of a column and a row, and not small, are applied one after the other.
 */
export async function convolve(
  runtime: Runtime,
  image: CheckedImage,
  filter: Filter,
  border: Border,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const { width, height, channels, isBytes, data } = image;
  const parts = filter.weights.length >= MANY_WEIGHTS ? separated(filter) : undefined;
  const [column, row] = parts ?? [undefined, filter];
  const result = new Float32Array(width * height * channels);
  const quads = ceilDiv(width, 4);
  const kernelQuads = ceilDiv(row.columns, 4);
  const inQuads = quads + kernelQuads;
  const extra = filter.rows - 1;
  const lineBytes = 16 * inQuads * channels;
  const bandRows = Math.min(
    height,
    Math.max(ROWS, Math.floor(bytesAtOnce(runtime, BAND_BYTES) / lineBytes) - extra),
  );
  const workspace = new Workspace(runtime, 'convolution', signal);
  try {
    const desk = { workspace };
    const most = bandRows + extra;
    const { pixels, planes, between, filtered, weights, across } = await workspace.allocate({
      pixels: 4 * most * width * channels,
      planes: lineBytes * most,
      between: column ? 16 * quads * channels * most : 0,
      filtered: 16 * quads * channels * bandRows,
      weights: 16 * row.rows * kernelQuads,
      across: 16 * filter.rows,
    });
    workspace.upload(weights, turned(row));
    if (column) workspace.upload(across, turned(column));
    const bytes = isBytes && !(data instanceof Int8Array);
    const left = filter.columns - 1 - centreOf(filter.columns);
    const above = filter.rows - 1 - centreOf(filter.rows);
    for (let top = 0; top < height; top += bandRows) {
      const rows = Math.min(bandRows, height - top);
      const inRows = rows + extra;
      workspace.upload(pixels, linesOf(image, top - above, inRows, border));
      await runOver(
        ...[desk, padKernel, { BYTES: bytes }],
        { width, rows: inRows, channels, quads: inQuads, left, border: BORDERS.indexOf(border) },
        { pixels, planes },
        channels * inRows * inQuads,
      );
      const filterBy = async (
        { rows: kernelRows }: Filter,
        from: GPUBuffer,
        into: GPUBuffer,
        outRows: number,
        isColumn: boolean,
      ) =>
        runOver(
          ...[desk, convolveKernel, { COLUMN: isColumn }],
          {
            ...{ channels, rows: outRows, quads, in_rows: inRows, kernel_rows: kernelRows },
            ...{ in_quads: isColumn ? quads : inQuads, kernel_quads: isColumn ? 1 : kernelQuads },
          },
          { planes: from, weights: isColumn ? across : weights, result: into },
          channels * ceilDiv(outRows, ROWS) * quads,
          4 * ROWS * kernelRows * (isColumn ? 1 : 4 * kernelQuads),
        );
      await filterBy(row, planes, column ? between : filtered, column ? inRows : rows, false);
      if (column) await filterBy(column, between, filtered, rows, true);
      const found = await workspace.read(filtered, 0, 16 * quads * channels * rows);
      interleave(new Float32Array(found), result, { top, rows, width, channels });
    }
    return result;
  } finally {
    workspace.dispose();
  }
}

/** Planes of rows of whole vec4s into rows of pixels. */
function interleave(
  planes: Float32Array,
  result: Float32Array,
  { top, rows, width, channels }: Record<'top' | 'rows' | 'width' | 'channels', number>,
): void {
  const line = 4 * ceilDiv(width, 4);
  const plane = rows * line;
  let into = top * width * channels;
  for (let y = 0; y < rows; y++) {
    const from = y * line;
    if (channels === 1) {
      result.set(planes.subarray(from, from + width), into);
      into += width;
      continue;
    }
    for (let x = from; x < from + width; x++) {
      for (let channel = 0; channel < channels; channel++) {
        result[into++] = planes[channel * plane + x];
      }
    }
  }
}
