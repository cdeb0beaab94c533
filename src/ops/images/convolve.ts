/** Pictures under filters, on a device. */
import { ceilDiv } from '../../../host/plan.js';
import type { Runtime } from '../../../host/runtime.js';
import { Workspace } from '../../../host/workspace.js';
import convolveKernel from '../../../shaders/images/convolve.wgsl';
import linesKernel from '../../../shaders/images/convolve_lines.wgsl';
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
/** What a picture's numbers can be filtered with as they lie: columns of the filter, and channels, at most. */
const FEW_COLUMNS = 3;
const FEW_CHANNELS = 4;
const LINE_ROWS = Number(linesKernel.constants.ROWS);

const holdsBytes = ({ isBytes, data }: CheckedImage) => isBytes && !(data instanceof Int8Array);

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

/** How lines lie: numbers from one to the next, and pixels before and after those of the picture. */
interface Lines {
  readonly stride: number;
  readonly left: number;
  readonly right: number;
}

/** Lines of a picture, those beyond its edges too, one after the other in whole words. */
function linesOf(
  image: CheckedImage,
  first: number,
  lines: number,
  border: Border,
  { stride, left, right }: Lines,
): Uint32Array {
  const { data, width, height, channels } = image;
  const line = width * channels;
  // Where pixels beside the picture lie, and where they come from.
  const beyond = Array.from(
    { length: left + right },
    (_, at) => (at < left ? 0 : width) + at - left,
  )
    .map((x) => [x, sourceOf(x, width, border)] as const)
    .filter(([, source]) => source >= 0);
  const isHeldAsBytes = holdsBytes(image);
  const words = new Uint32Array(isHeldAsBytes ? ceilDiv(lines * stride, 4) : lines * stride);
  const numbers = isHeldAsBytes ? new Uint8Array(words.buffer) : new Float32Array(words.buffer);
  for (let i = 0; i < lines; i++) {
    const y = sourceOf(first + i, height, border);
    if (y < 0) continue;
    const into = i * stride + left * channels;
    if (ArrayBuffer.isView(data)) numbers.set(data.subarray(y * line, (y + 1) * line), into);
    else numbers.set(data.slice(y * line, (y + 1) * line), into);
    for (const [x, source] of beyond) {
      for (let c = 0; c < channels; c++) {
        numbers[into + x * channels + c] = data[y * line + source * channels + c];
      }
    }
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
  const workspace = new Workspace(runtime, 'convolution', signal);
  const isSmall =
    filter.columns <= FEW_COLUMNS &&
    filter.weights.length < MANY_WEIGHTS &&
    image.channels <= FEW_CHANNELS;
  try {
    return await (isSmall ? alongLines : inPlanes)(workspace, image, filter, border);
  } finally {
    workspace.dispose();
  }
}

/** How many rows of a picture go through the device at a time. */
const bandOf = ({ runtime }: Workspace, height: number, lineBytes: number, extra: number) =>
  Math.min(
    height,
    Math.max(ROWS, LINE_ROWS, Math.floor(bytesAtOnce(runtime, BAND_BYTES) / lineBytes) - extra),
  );

async function alongLines(
  workspace: Workspace,
  image: CheckedImage,
  filter: Filter,
  border: Border,
): Promise<Float32Array> {
  const { width, height, channels } = image;
  const line = width * channels;
  const result = new Float32Array(height * line);
  const quads = ceilDiv(line, 4);
  const inQuads = quads + 2;
  const extra = filter.rows - 1;
  const bandRows = bandOf(workspace, height, 16 * inQuads, extra);
  const { lines, filtered, weights } = await workspace.allocate({
    lines: (holdsBytes(image) ? 4 : 16) * inQuads * (bandRows + extra),
    filtered: 16 * quads * bandRows,
    weights: 16 * filter.rows,
  });
  workspace.upload(weights, turned(filter));
  const right = centreOf(filter.columns);
  const lying = { stride: 4 * inQuads, left: filter.columns - 1 - right, right };
  const above = extra - centreOf(filter.rows);
  for (let top = 0; top < height; top += bandRows) {
    const rows = Math.min(bandRows, height - top);
    const inRows = rows + extra;
    workspace.upload(lines, linesOf(image, top - above, inRows, border, lying));
    await runOver(
      ...[{ workspace }, linesKernel, { BYTES: holdsBytes(image), CHANNELS: channels }],
      { rows, quads, in_rows: inRows, in_quads: inQuads, kernel_rows: filter.rows },
      { lines, weights, result: filtered },
      ceilDiv(rows, LINE_ROWS) * quads,
      4 * LINE_ROWS * FEW_COLUMNS * filter.rows,
    );
    const found = new Float32Array(await workspace.read(filtered, 0, 16 * quads * rows));
    for (let y = 0; y < rows; y++) {
      result.set(found.subarray(4 * quads * y, 4 * quads * y + line), (top + y) * line);
    }
  }
  return result;
}

async function inPlanes(
  workspace: Workspace,
  image: CheckedImage,
  filter: Filter,
  border: Border,
): Promise<Float32Array> {
  const { width, height, channels } = image;
  const parts = filter.weights.length >= MANY_WEIGHTS ? separated(filter) : undefined;
  const [column, row] = parts ?? [undefined, filter];
  const result = new Float32Array(width * height * channels);
  const quads = ceilDiv(width, 4);
  const kernelQuads = ceilDiv(row.columns, 4);
  const inQuads = quads + kernelQuads;
  const extra = filter.rows - 1;
  const lineBytes = 16 * inQuads * channels;
  const bandRows = bandOf(workspace, height, lineBytes, extra);
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
  const bytes = holdsBytes(image);
  const lying = { stride: width * channels, left: 0, right: 0 };
  const left = filter.columns - 1 - centreOf(filter.columns);
  const above = filter.rows - 1 - centreOf(filter.rows);
  for (let top = 0; top < height; top += bandRows) {
    const rows = Math.min(bandRows, height - top);
    const inRows = rows + extra;
    workspace.upload(pixels, linesOf(image, top - above, inRows, border, lying));
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
}

/** Planes of rows of whole vec4s into rows of pixels. */
function interleave(
  planes: Float32Array,
  result: Float32Array,
  { top, rows, width, channels }: Record<'top' | 'rows' | 'width' | 'channels', number>,
): void {
  const line = 4 * ceilDiv(width, 4);
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < rows; y++) {
      const from = (channel * rows + y) * line;
      let into = (top + y) * width * channels + channel;
      if (channels === 1) {
        result.set(planes.subarray(from, from + width), into);
        continue;
      }
      for (let x = 0; x < width; x++, into += channels) result[into] = planes[from + x];
    }
  }
}
