/** `webgpu-clustering texture IMAGE`, `style CONTENT STYLE` and `invert IMAGE`. */
import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  type FeatureNetwork,
  InvalidArgumentError,
  invertFeatures,
  NetworkFileError,
  type PaintedImage,
  type PaintProgress,
  randomFilters,
  readOnnx,
  readTfjsModel,
  synthesizeTexture,
  transferStyle,
} from '../../../index.js';
import { asFileError, FileError } from '../../../cli/errors.js';
import { formatCount, formatNumber, formatSeconds } from '../../../cli/format.js';
import {
  addImageRun,
  type ImageCommandOptions,
  type ImageJob,
  openImageJob,
} from '../../../cli/image_job.js';
import { choice, names, wholeNumber } from '../../../cli/options.js';
import { showProgress } from '../../../cli/progress.js';
import { readImage } from '../../../cli/read/image.js';
import { regularFileSize } from '../../../cli/read/byte_source.js';
import { writeAtomic } from '../../../cli/write/atomic.js';
import { encodePng } from '../../../cli/write/images.js';

interface PaintCommandOptions extends ImageCommandOptions {
  readonly network?: string;
  readonly until?: string;
  readonly filters: number;
  readonly depth: number;
  readonly maxIter: number;
  readonly optimizer: 'lbfgs' | 'adam';
}

interface TextureOptions extends PaintCommandOptions {
  readonly width?: number;
  readonly height?: number;
  readonly layers?: string[];
}

interface StyleOptions extends PaintCommandOptions {
  readonly styleLayers?: string[];
  readonly contentLayers?: string[];
  readonly styleWeight: number;
  readonly contentWeight: number;
  readonly smoothness: number;
}

interface InvertOptions extends PaintCommandOptions {
  readonly layer: string;
  readonly lambda: number;
  readonly beta: number;
}

/** Adds the commands to the program. Work under way rejects when `signal` is aborted. */
export function addTextures(program: Command, signal: AbortSignal): void {
  const texture = program
    .command('texture')
    .description('A picture of the same texture, from noise, by Gram matrices of features.')
    .argument('<image>', 'the example: .png, .jpg')
    .option('--width <number>', "of what is made; default: the example's", wholeNumber(1))
    .option('--height <number>', "of what is made; default: the example's", wholeNumber(1))
    .option('--layers <names>', 'layers whose Gram matrices count', names);
  addPaint(texture).action(async (file: string, options: TextureOptions) => {
    const { width, height, layers } = options;
    await painted(file, options, signal, async (network, how) =>
      synthesizeTexture(await readImage(file), {
        ...{ network, ...how },
        ...(width && { width }),
        ...(height && { height }),
        ...(layers && { layers }),
      }),
    );
  });

  const style = program
    .command('style')
    .description('What one picture shows in the style of another.')
    .argument('<content>', 'the picture that is shown: .png, .jpg')
    .argument('<style>', 'the picture whose style it gets')
    .option('--style-layers <names>', 'layers whose Gram matrices are the style', names)
    .option('--content-layers <names>', 'layers whose features are the content', names)
    .option('--style-weight <number>', 'weight of the style', Number, 1)
    .option('--content-weight <number>', 'weight of the content', Number, 0.1)
    .option('--smoothness <number>', 'weight of the total variation', Number, 0);
  addPaint(style).action(async (file: string, example: string, options: StyleOptions) => {
    const { styleLayers, contentLayers, styleWeight, contentWeight, smoothness } = options;
    await painted(file, options, signal, async (network, how) =>
      transferStyle(await readImage(file), await readImage(example), {
        ...{ network, styleWeight, contentWeight, smoothness, ...how },
        ...(styleLayers && { styleLayers }),
        ...(contentLayers && { contentLayers }),
      }),
    );
  });

  const invert = program
    .command('invert')
    .description('The picture that a layer of a network cannot tell from the one given.')
    .argument('<image>', 'the picture: .png, .jpg')
    .requiredOption('--layer <name>', 'whose features are given back')
    .option('--lambda <number>', 'weight of the total variation', Number, 0.01)
    .option('--beta <number>', 'exponent of the total variation', Number, 2);
  addPaint(invert).action(async (file: string, options: InvertOptions) => {
    const { layer, lambda, beta } = options;
    await painted(file, options, signal, async (network, how) =>
      invertFeatures(await readImage(file), { network, layer, lambda, beta, ...how }),
    );
  });
}

function addPaint(command: Command): Command {
  command
    .option('--network <file>', 'a network: .onnx, or model.json of TensorFlow.js')
    .option('--until <layer>', 'of that network: the last layer that is wanted')
    .option(
      '--filters <number>',
      'without --network: random filters of each size, or of the first layer',
      wholeNumber(1),
      24,
    )
    .option(
      '--depth <number>',
      'without --network: layers, layer1 and so on; 1: filters of many sizes',
      wholeNumber(1),
      1,
    )
    .option('--max-iter <number>', 'iterations at most', wholeNumber(1), 200)
    .addOption(
      choice('--optimizer <name>', 'adam stays on the device; lbfgs takes fewer steps', [
        'lbfgs',
        'adam',
      ]).default('lbfgs'),
    );
  return addImageRun(command, 'write the picture: .png');
}

type How = ImageJob['where'] &
  Pick<PaintCommandOptions, 'seed' | 'maxIter' | 'optimizer'> & {
    readonly onIteration: (progress: PaintProgress) => void;
  };

/** Paints, with a progress bar, and writes what comes of it. */
async function painted(
  file: string,
  options: PaintCommandOptions,
  signal: AbortSignal,
  work: (network: FeatureNetwork, how: How) => Promise<PaintedImage>,
): Promise<void> {
  const { seed, maxIter, optimizer, out } = options;
  const { where, say } = await openImageJob(file, options, signal);
  const network = await networkOf(file, options);
  say(`network: ${network.name}, layers ${network.styleLayers.join(', ')}`);
  const bar = showProgress(basename(file), 'iterations');
  const start = performance.now();
  const made = await work(network, {
    ...{ ...where, seed, maxIter, optimizer },
    onIteration({ iteration, loss }) {
      bar.update({ done: iteration, total: maxIter, figure: `loss ${formatNumber(loss)}` });
    },
  }).finally(bar.stop);
  const milliseconds = performance.now() - start;
  const { data, width, height, channels, loss, losses, startLoss, iterations, engine } = made;
  const png = encodePng({ data, width, height, channels });
  await writeAtomic(out, png);
  say(`adapter: ${engine}`);
  say(`loss: ${formatNumber(loss)}, from ${formatNumber(startLoss)}`);
  say(`iterations: ${formatCount(iterations)}, time: ${formatSeconds(milliseconds)}`);
  say(`wrote ${out}`);
  if (!options.json) return;
  console.log(
    JSON.stringify({
      ...{ adapter: engine, milliseconds, width, height, channels },
      ...{ loss, losses, startLoss, iterations, bytes: png.length },
    }),
  );
}

async function networkOf(
  file: string,
  { network, until, filters, depth, seed }: PaintCommandOptions,
): Promise<FeatureNetwork> {
  if (network === undefined) {
    if (until !== undefined) {
      throw new InvalidArgumentError('until', '--until is of a --network; give its file, too.');
    }
    const { channels } = await readImage(file);
    return randomFilters({ filters, depth, seed, channels: channels < 3 ? 1 : 3 });
  }
  try {
    return await readNetwork(network, until === undefined ? {} : { until });
  } catch (error) {
    if (!(error instanceof NetworkFileError)) throw error;
    const { problem, remedy } = error;
    throw new FileError(network, `the network in it cannot be read: ${problem}`, sentence(remedy), {
      cause: error,
    });
  }
}

const sentence = (remedy: string) => remedy.charAt(0).toUpperCase() + remedy.slice(1);

async function readNetwork(
  network: string,
  how: { readonly until?: string },
): Promise<FeatureNetwork> {
  const bytes = await bytesOf(network);
  if (!/\.json$/i.test(network)) return readOnnx(bytes, how);
  let model: unknown;
  try {
    model = JSON.parse(bytes.toString());
  } catch (error) {
    throw asFileError(network, error, 'read');
  }
  const weights: Buffer[] = [];
  for (const path of pathsOf(model)) weights.push(await bytesOf(join(dirname(network), path)));
  return readTfjsModel(model, weights, how);
}

/** Files of weights, as a layers model names them. */
const pathsOf = (model: unknown): readonly string[] => {
  const { weightsManifest } = (model ?? {}) as { weightsManifest?: unknown };
  return Array.isArray(weightsManifest)
    ? (weightsManifest as { paths?: string[] }[]).flatMap(({ paths }) => paths ?? [])
    : [];
};

async function bytesOf(path: string): Promise<Buffer> {
  try {
    await regularFileSize(path);
    return await readFile(path);
  } catch (error) {
    throw asFileError(path, error, 'read');
  }
}
