/** The commands, and what a shell is told of how they went. */
import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { ClusteringError } from '../index.js';
import { addGmm } from './commands/gmm.js';
import { addKMeans } from './commands/kmeans.js';
import { addPca } from './commands/pca.js';
import { ChildFinished } from './device.js';

/** What a shell is told: sysexits' usage error, a failure, or death by Ctrl-C. */
const EXIT = { ok: 0, failed: 1, usage: 2, cancelled: 130 } as const;

function program(signal: AbortSignal): Command {
  const root = new Command('webgpu-clustering')
    .description('Clustering on WebGPU: the GPU where there is one, else a software driver.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(--help lists the options)');
  addKMeans(root, signal);
  addGmm(root, signal);
  addPca(root, signal);
  return root;
}

/**
 * Runs the command line.
 *
 * @param args what follows the program's name
 * @returns the exit code
 */
export function run(args: readonly string[]): Promise<number> {
  return runAll([args]);
}

/**
 * Runs several commands, one after the other until one fails.
 *
 * @param commands what follows the program's name, for each
 * @returns the exit code of the last that ran
 */
export async function runAll(commands: readonly (readonly string[])[]): Promise<number> {
  const cancel = new AbortController();
  const onInterrupt = () => {
    cancel.abort();
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  try {
    for (const [i, args] of commands.entries()) {
      if (i > 0) console.log();
      await program(cancel.signal).parseAsync(args, { from: 'user' });
    }
    return EXIT.ok;
  } catch (error) {
    // The child has run them all.
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
