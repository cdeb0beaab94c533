/** `webgpu-clustering quantize IMAGE`. */
import type { Command } from 'commander';
import { basename } from 'node:path';
import {
  type ColourSpace,
  type Dither,
  InvalidArgumentError,
  quantizeImage,
} from '../../../index.js';
import { formatCount, formatSeconds } from '../../../cli/format.js';
import { addImageRun, type ImageCommandOptions, openImageJob } from '../../../cli/image_job.js';
import { choice, wholeNumber } from '../../../cli/options.js';
import { readImage } from '../../../cli/read/image.js';
import { writeAtomic } from '../../../cli/write/atomic.js';
import { encodePng } from '../../../cli/write/images.js';
import { encodeIndexed } from '../../../cli/write/indexed_png.js';

interface QuantizeOptions extends ImageCommandOptions {
  readonly colours: number;
  readonly space: ColourSpace;
  readonly dither: Dither;
}

/** What a PNG file's palette holds. */
const MOST_COLOURS = 256;

/** Adds the command to the program. Work under way rejects when `signal` is aborted. */
export function addQuantize(program: Command, signal: AbortSignal): void {
  const command = program
    .command('quantize')
    .description('A picture in few colours: those that K-means finds in it.')
    .argument('<image>', 'the picture: .png, .jpg')
    .option('--colours <number>', 'colours at most, up to 256', wholeNumber(1), 16)
    .addOption(
      choice('--space <name>', 'where colours are compared; lab is nearer to what eyes see', [
        'rgb',
        'lab',
      ]).default('rgb'),
    )
    .addOption(
      choice('--dither <name>', 'how colours that the palette lacks are mixed', [
        'none',
        'floydSteinberg',
        'blueNoise',
      ]).default('none'),
    );
  addImageRun(command, 'write the picture: .png').action((file: string, options: QuantizeOptions) =>
    quantizeCommand(file, options, signal),
  );
}

async function quantizeCommand(
  file: string,
  options: QuantizeOptions,
  signal: AbortSignal,
): Promise<void> {
  const { colours, space, dither, seed, out } = options;
  if (colours > MOST_COLOURS) {
    throw new InvalidArgumentError(
      'colours',
      `--colours is ${colours}; a PNG file's palette holds at most ${MOST_COLOURS}.`,
    );
  }
  const { where, say } = await openImageJob(file, options, signal);
  const image = await readImage(file);
  const { width, height } = image;
  say(`${basename(file)}: ${formatCount(width)} x ${formatCount(height)} pixels`);
  const start = performance.now();
  const found = await quantizeImage(image, { colours, space, dither, seed, ...where });
  const milliseconds = performance.now() - start;
  const { palette, indices, alpha, meanSquaredError, bitsPerPixel, engine } = found;
  const isOpaque = !alpha || alpha.every((value) => value === 255);
  const png =
    isOpaque && indices instanceof Uint8Array
      ? encodeIndexed(indices, width, height, palette)
      : encodePng(found.toImage());
  await writeAtomic(out, png);
  const hex = Array.from(
    { length: found.colours },
    (_, c) => `#${Buffer.from(palette.subarray(3 * c, 3 * c + 3)).toString('hex')}`,
  );
  say(`adapter: ${engine}`);
  say(`palette: ${hex.join(' ')}`);
  say(
    `mean squared error: ${meanSquaredError.toFixed(3)}, bits a pixel: ${bitsPerPixel.toFixed(3)}`,
  );
  say(`time: ${formatSeconds(milliseconds)}`);
  say(`wrote ${out}`);
  if (!options.json) return;
  console.log(
    JSON.stringify({
      ...{ adapter: engine, milliseconds, width, height, palette: hex },
      ...{ counts: [...found.counts], meanSquaredError, bitsPerPixel, bytes: png.length },
    }),
  );
}
