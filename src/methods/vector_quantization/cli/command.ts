/** `webgpu-clustering encode FILE` and `webgpu-clustering decode FILE.vq`. */
import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  decodeImage,
  encodeImage,
  InvalidArgumentError,
  readVq,
  type VectorQuantizer,
  vectorQuantizer,
  writeVq,
} from '../../../index.js';
import { asFileError, FileError } from '../../../cli/errors.js';
import { formatCount, formatNumber, formatSeconds } from '../../../cli/format.js';
import { addImageRun, type ImageCommandOptions, openImageJob } from '../../../cli/image_job.js';
import { wholeNumber } from '../../../cli/options.js';
import { regularFileSize } from '../../../cli/read/byte_source.js';
import { isImageName, readImage } from '../../../cli/read/image.js';
import { readTable } from '../../../cli/read/read_table.js';
import { checkWritable, writeAtomic } from '../../../cli/write/atomic.js';
import { encodePng } from '../../../cli/write/images.js';
import { refuseOverwriting } from '../../../cli/write/overwriting.js';
import { rowsFormat, writeRows } from '../../../cli/write/rows.js';

interface EncodeOptions extends ImageCommandOptions {
  readonly k?: number;
  readonly bits?: number;
  readonly subspaces: number;
  readonly block: number;
}

const BITS = 8;

/** Adds both commands to the program. Work under way rejects when `signal` is aborted. */
export function addCodec(program: Command, signal: AbortSignal): void {
  const command = program
    .command('encode')
    .description(
      'Vector quantization: the rows of a table, or the blocks of a picture, as numbers of codebook entries.',
    )
    .argument('<file>', 'a picture (.png, .jpg), or rows in any form that kmeans reads')
    .option('--bits <number>', `bits of a code, 0 to 16; default: ${BITS}`, wholeNumber(0))
    .option('--k <number>', 'entries of a codebook, in the place of --bits', wholeNumber(1))
    .option('--subspaces <number>', 'parts of a row with a codebook each', wholeNumber(1), 1)
    .option('--block <number>', 'of a picture: B x B pixels are a row', wholeNumber(1), 4);
  addImageRun(command, 'write codebook and codes: .vq').action(
    (file: string, options: EncodeOptions) => encodeCommand(file, options, signal),
  );
  program
    .command('decode')
    .description('What encode wrote, as a picture or as rows.')
    .argument('<file>', 'a .vq file')
    .requiredOption('--out <file>', 'write a picture: .png, or rows: .csv, .parquet or .json')
    .action((file: string, options: { readonly out: string }) => decodeCommand(file, options));
}

async function encodeCommand(
  file: string,
  options: EncodeOptions,
  signal: AbortSignal,
): Promise<void> {
  const { k, bits, subspaces, block, seed, out } = options;
  if (k !== undefined && bits !== undefined) {
    throw new InvalidArgumentError('k', `--k is ${k} and --bits ${bits}; give one of them.`);
  }
  const { where, say } = await openImageJob(file, options, signal);
  const given = {
    ...(k === undefined ? { codeBits: bits ?? BITS } : { k }),
    ...{ subspaces, seed, ...where },
  };
  const start = performance.now();
  let bytes: Uint8Array;
  let quantizer: VectorQuantizer;
  if (isImageName(file)) {
    const image = await readImage(file);
    say(`${basename(file)}: ${formatCount(image.width)} x ${formatCount(image.height)} pixels`);
    ({ bytes, quantizer } = await encodeImage(image, { ...given, block }));
  } else {
    const { data, shape } = await readTable(file);
    say(`${basename(file)}: ${formatCount(shape[0])} rows x ${formatCount(shape[1])} columns`);
    quantizer = await vectorQuantizer({ data, shape }, given);
    bytes = writeVq(quantizer);
  }
  const milliseconds = performance.now() - start;
  await writeAtomic(out, bytes);
  const { distortion, bitsPerValue, engine } = quantizer;
  say(`adapter: ${engine}`);
  say(`distortion: ${formatNumber(distortion)}, bits a value: ${bitsPerValue.toFixed(4)}`);
  say(`time: ${formatSeconds(milliseconds)}`);
  say(`wrote ${out}: ${formatCount(bytes.length)} bytes`);
  if (!options.json) return;
  const figures = { k: quantizer.k, subspaces, distortion, bitsPerValue, bytes: bytes.length };
  console.log(JSON.stringify({ adapter: engine, milliseconds, ...figures }));
}

async function decodeCommand(file: string, { out }: { readonly out: string }): Promise<void> {
  const isPicture = /\.png$/i.test(out);
  if (!isPicture) rowsFormat(out);
  await checkWritable(out);
  await refuseOverwriting([{ file, options: { out } }]);
  const bytes = await bytesOf(file);
  try {
    if (isPicture) {
      const image = decodeImage(bytes);
      await writeAtomic(out, encodePng({ ...image, data: Uint8ClampedArray.from(image.data) }));
    } else {
      const { data, shape } = readVq(bytes).quantizer.decode();
      const names = Array.from({ length: shape[1] }, (_, j) => `column${j}`);
      await writeRows(out, [{ key: 'rows', names, data }]);
    }
  } catch (error) {
    if (!(error instanceof InvalidArgumentError && error.argument === 'bytes')) throw error;
    throw new FileError(file, error.message.replace(/\.$/, ''), 'Nothing was written.', {
      cause: error,
    });
  }
  console.log(`wrote ${out}`);
}

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    await regularFileSize(file);
    return Uint8Array.from(await readFile(file));
  } catch (error) {
    throw asFileError(file, error, 'read');
  }
}
