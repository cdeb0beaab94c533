/** What the commands for pictures do around their work. */
import type { Command } from 'commander';
import type { RuntimeChoice } from '../index.js';
import { type DeviceChoice, placeWork } from './device.js';
import { choice, wholeNumber } from './options.js';
import { checkWritable } from './write/atomic.js';
import { refuseOverwriting } from './write/overwriting.js';

export interface ImageCommandOptions {
  readonly seed: number;
  readonly device: DeviceChoice;
  readonly out: string;
  readonly json?: boolean;
}

export interface ImageJob {
  /** To be passed to every method of the library. */
  readonly where: { readonly runtime?: RuntimeChoice; readonly signal: AbortSignal };
  /** Prints a line for people: nothing with --json. */
  readonly say: (line: string) => void;
}

/** The options that these commands share; `out` says what --out writes. */
export function addImageRun(command: Command, out: string): Command {
  return command
    .option('--seed <number>', 'the same seed gives the same answer', wholeNumber(0), 0)
    .addOption(
      choice('--device <name>', 'where to run; auto falls back to the processor', [
        'auto',
        'webgpu',
        'cpu',
      ]).default('auto'),
    )
    .requiredOption('--out <file>', out)
    .option('--json', 'print the figures as JSON on standard output, and nothing else');
}

/**
 * Refuses outputs that cannot be written, and finds a device.
 *
 * @throws ChildFinished once a child process has done it all
 */
export async function openImageJob(
  file: string,
  options: ImageCommandOptions,
  signal: AbortSignal,
): Promise<ImageJob> {
  await checkWritable(options.out);
  await refuseOverwriting([{ file, options: { out: options.out } }]);
  const runtime = await placeWork(options.device, (notice) => {
    console.error(notice);
  });
  const say = options.json
    ? () => undefined
    : (line: string) => {
        console.log(line);
      };
  return { where: { ...(runtime && { runtime }), signal }, say };
}
