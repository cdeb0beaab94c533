/** The commands, their options and their help. */
import { Command, CommanderError, InvalidArgumentError as BadOption, Option } from 'commander';
import { ClusteringError } from '../index.js';
import { ChildFinished } from './device.js';
import { type KMeansCommandOptions, kmeansCommand } from './kmeans_command.js';

/** What a shell is told: sysexits' usage error, a failure, or death by Ctrl-C. */
const EXIT = { ok: 0, failed: 1, usage: 2, cancelled: 130 } as const;

function wholeNumber(least: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least) {
      throw new BadOption(`It must be a whole number >= ${least}.`);
    }
    return value;
  };
}

function nonNegative(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new BadOption('It must be a number >= 0.');
  }
  return value;
}

const names = (text: string): string[] => text.split(',').map((name) => name.trim());

function program(signal: AbortSignal): Command {
  const root = new Command('webgpu-clustering')
    .description('Clustering on WebGPU: the GPU where there is one, else a software driver.')
    .exitOverride()
    .showHelpAfterError('(--help lists the options)');
  root
    .command('kmeans')
    .description('K-means: k centroids that minimise the squared distances of the rows to them.')
    .argument(
      '<file>',
      'the rows: .csv, .tsv, .npy, .parquet, .json, .jsonl, MNIST idx files, CIFAR-10 .bin; .gz too',
    )
    .requiredOption('-k, --k <number>', 'number of clusters', wholeNumber(1))
    .option('--columns <names>', 'the columns to use, by comma; default: all numeric ones', names)
    .option('--labels <file>', 'true classes of the rows, to measure purity by')
    .option('--per-class', 'also cluster the rows of each true class on their own')
    .option('--standardize', 'scale every column to mean 0 and variance 1 first')
    .addOption(
      new Option('--init <method>', 'starting centroids')
        .choices(['k-means++', 'k-means||', 'random'])
        .default('k-means++'),
    )
    .option('--n-init <number>', 'runs, of which the best is kept', wholeNumber(1))
    .option('--max-iter <number>', 'iterations at most in a run', wholeNumber(1), 300)
    .option('--tol <number>', 'stop below this relative shift of the centroids', nonNegative, 1e-4)
    .option('--seed <number>', 'the same seed gives the same answer', wholeNumber(0), 0)
    .addOption(
      new Option('--metric <name>', 'distance')
        .choices(['euclidean', 'cosine'])
        .default('euclidean'),
    )
    .addOption(
      new Option('--device <name>', 'where to run; auto falls back to the processor')
        .choices(['auto', 'webgpu', 'cpu'])
        .default('auto'),
    )
    .option('--out <file>', 'write the labels: .csv, .parquet or .json')
    .option('--model <file>', 'write the fitted model as JSON')
    .option('--report <file>', 'write a report: one HTML file')
    .option('--sheet <file>', 'write the centroids as one PNG, when the rows are images')
    .option('--trace', 'print the objective of every iteration')
    .option('--json', 'print the result as JSON on standard output, and nothing else')
    .action(async (file: string, options: KMeansCommandOptions) => {
      await kmeansCommand(file, options, signal);
    });
  return root;
}

/**
 * Runs the command line.
 *
 * @param args what follows the program's name
 * @returns the exit code
 */
export async function run(args: readonly string[]): Promise<number> {
  const cancel = new AbortController();
  const onInterrupt = () => {
    cancel.abort();
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  try {
    await program(cancel.signal).parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof ChildFinished) return error.exitCode;
    if (cancel.signal.aborted) {
      console.error('Cancelled; no file was left half written.');
      return EXIT.cancelled;
    }
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof ClusteringError)) throw error;
    console.error(`webgpu-clustering: ${error.message}`);
    return error.code === 'invalid-argument' ? EXIT.usage : EXIT.failed;
  } finally {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
  }
}
