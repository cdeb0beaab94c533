/** The commands, and what a shell is told of how they went. */
import { Command, CommanderError, type ParseOptionsResult } from 'commander';
import { version } from '../../package.json';
import { ClusteringError } from '../index.js';
import { addAutoencoder } from '../methods/autoencoder/cli/command.js';
import { addDbscan } from '../methods/dbscan/cli/command.js';
import { addDeep } from '../methods/deep_clustering/cli/command.js';
import { addGap } from '../methods/gap_statistic/cli/command.js';
import { addGmm } from '../methods/gaussian_mixture/cli/command.js';
import { addHdbscan } from '../methods/hdbscan/cli/command.js';
import { addKMeans } from '../methods/kmeans/cli/command.js';
import { addPca } from '../methods/pca/cli/command.js';
import { addScore } from '../methods/scores/cli/command.js';
import { addSom } from '../methods/self_organizing_map/cli/command.js';
import { addDictionary } from '../methods/dictionary_learning/cli/command.js';
import { addTransform } from '../methods/transform_learning/cli/command.js';
import { addSpectral } from '../methods/spectral_clustering/cli/command.js';
import { addSubspace } from '../methods/subspace_clustering/cli/command.js';
import { addQuantize } from '../methods/image_quantization/cli/command.js';
import { addCodec } from '../methods/vector_quantization/cli/command.js';
import { addShardServer } from './shards/server.js';
import { addTextures } from '../methods/textures/cli/command.js';
import { ChildFinished } from './device.js';
import { addPredict } from './predict.js';
import { type CommandFiles, refuseOverwriting } from './write/overwriting.js';

/** What a shell is told: sysexits' usage error, a failure, or death by Ctrl-C. */
const EXIT = { ok: 0, failed: 1, usage: 2, cancelled: 130 } as const;

/** Flags as short as that are misspelt ones of a letter, which Commander does not guess. */
const SHORT_FLAG = /^--?(\w{1,2})$/;

/** A command that names an unknown flag before it asks for one that is missing. */
class ClusteringCommand extends Command {
  override createCommand(name?: string): Command {
    return new ClusteringCommand(name);
  }

  override parseOptions(args: string[]): ParseOptionsResult {
    const parsed = super.parseOptions(args);
    const flag = parsed.unknown.find((arg) => arg.startsWith('-'));
    if (flag === undefined || this.commands.length > 0 || /^(?:-h|--help)$/.test(flag))
      return parsed;
    const [, letters = ''] = SHORT_FLAG.exec(flag) ?? [];
    const meant = this.options.find(
      ({ long }) => /^--\w$/.test(long ?? '') && letters.toLowerCase().includes(long![2]),
    );
    if (meant) {
      this.error(`error: unknown option '${flag}'\n(Did you mean ${meant.long}?)`, {
        code: 'commander.unknownOption',
      });
    }
    for (const option of this.options) option.makeOptionMandatory(false);
    return parsed;
  }
}

function program(signal: AbortSignal): Command {
  const root = new ClusteringCommand('webgpu-clustering')
    .description('Clustering on WebGPU: the GPU where there is one, else a software driver.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(--help lists the options)');
  addKMeans(root, signal);
  addGmm(root, signal);
  addPca(root, signal);
  addPredict(root, signal);
  addScore(root, signal);
  addGap(root, signal);
  addSom(root, signal);
  addSpectral(root, signal);
  addDbscan(root, signal);
  addHdbscan(root, signal);
  addTransform(root, signal);
  addDictionary(root, signal);
  addSubspace(root, signal);
  addAutoencoder(root, signal);
  addDeep(root, signal);
  addQuantize(root, signal);
  addCodec(root, signal);
  addShardServer(root);
  addTextures(root, signal);
  return root;
}

/** What the commands will read and write; nothing of one that will not be understood. */
async function filesOf(commands: readonly (readonly string[])[]): Promise<CommandFiles[]> {
  const files: CommandFiles[] = [];
  const silent = { writeOut: () => undefined, writeErr: () => undefined };
  for (const args of commands) {
    const root = program(new AbortController().signal).configureOutput(silent);
    for (const command of root.commands) {
      command.configureOutput(silent).action((file: string, options: CommandFiles['options']) => {
        files.push({ file, options });
      });
    }
    await root.parseAsync(args, { from: 'user' }).catch((error: unknown) => {
      if (!(error instanceof CommanderError)) throw error;
    });
  }
  return files;
}

/** A pipe that its reader has closed (head) is no failure, and files are written all the same; a full disk is one. */
function watchOutput() {
  let isFailed = false;
  const onError = (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || isFailed) return;
    isFailed = true;
    console.error(`webgpu-clustering: standard output cannot be written (${error.message}).`);
  };
  process.stdout.on('error', onError);
  return { failed: () => isFailed, stop: () => process.stdout.off('error', onError) };
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
  process.on('SIGHUP', onInterrupt);
  const output = watchOutput();
  try {
    if (commands.length > 1) await refuseOverwriting(await filesOf(commands));
    for (const [i, args] of commands.entries()) {
      if (i > 0) console.log();
      await program(cancel.signal).parseAsync(args, { from: 'user' });
    }
    return output.failed() ? EXIT.failed : EXIT.ok;
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
    process.off('SIGHUP', onInterrupt);
    output.stop();
  }
}
