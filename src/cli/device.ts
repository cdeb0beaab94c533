/** Making sure that the work finds a WebGPU adapter, in a child process where need be. */
import { spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { Transform } from 'node:stream';
import { NoAdapterError } from '../index.js';
import { findVulkan, MissingPackageError } from './vulkan.js';

export type DeviceChoice = 'auto' | 'webgpu' | 'cpu';

/** Set for a child that was started with a driver, so that it does not look again. */
const READY = 'WEBGPU_CLUSTERING_DRIVER';

/** Set for a child whose standard error is passed on to a terminal: how wide that is. */
const TERMINAL_COLUMNS = 'WEBGPU_CLUSTERING_COLUMNS';

/** Whether this process needs no other variables. */
let ready = process.env[READY] !== undefined;

/** Ends a command that a child process has carried out, with the child's exit code. */
export class ChildFinished extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`a child process ended with exit code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/**
 * Finds a driver for `choice`. Where Dawn needs other environment variables than this process has
 * (a loader's path is read only when a process starts), or writes warnings of its own, the whole command
 * runs again in a child.
 *
 * @param notice told, in a sentence, when 'auto' falls back to the processor
 * @returns the runtime to work with here
 * @throws ChildFinished once a child has done it all; NoAdapterError, MissingPackageError for 'webgpu'
 */
export async function placeWork(
  choice: DeviceChoice,
  notice: (sentence: string) => void,
): Promise<'cpu' | undefined> {
  if (choice === 'cpu') return 'cpu';
  if (ready) {
    const columns = process.env[TERMINAL_COLUMNS];
    // The parent writes to the terminal what it is handed.
    if (columns !== undefined)
      Object.assign(process.stderr, { isTTY: true, columns: Number(columns) });
    return undefined;
  }
  try {
    const { variables, isNoisy } = await findVulkan();
    ready = Object.keys(variables).length === 0 && !isNoisy;
    if (ready) return undefined;
    throw new ChildFinished(await runAgain(variables, isNoisy));
  } catch (error) {
    const isMissing = error instanceof NoAdapterError || error instanceof MissingPackageError;
    if (choice === 'webgpu' || !isMissing) throw error;
    notice(`Running on the processor, without WebGPU. ${error.message}`);
    return 'cpu';
  }
}

/** What Dawn tells its developers of a driver's limits; nobody else can do anything about it. */
const WARNING = /^Warning: \w+ artificially reduced from .*\n/gm;

/** Passes on what the child writes, but for Dawn's warnings. */
function withoutWarnings(): Transform {
  let held = '';
  const decoder = new StringDecoder('utf8');
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const text = (held + decoder.write(chunk)).replace(WARNING, '');
      // The beginning of one that is still to come.
      const start = text.lastIndexOf('\n') + 1;
      const last = text.slice(start);
      const isBegun = last !== '' && ('Warning: '.startsWith(last) || last.startsWith('Warning: '));
      held = isBegun ? last : '';
      done(null, isBegun ? text.slice(0, start) : text);
    },
    flush(done) {
      done(null, held + decoder.end());
    },
  });
}

/** This very command in a child process with more environment variables; its exit code. */
function runAgain(variables: Readonly<Record<string, string>>, isNoisy: boolean): Promise<number> {
  const columns = process.stderr.isTTY
    ? { [TERMINAL_COLUMNS]: String(process.stderr.columns) }
    : {};
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['inherit', 'inherit', isNoisy ? 'pipe' : 'inherit'],
    env: { ...process.env, ...variables, ...(isNoisy && columns), [READY]: '1' },
  });
  child.stderr?.pipe(withoutWarnings()).pipe(process.stderr, { end: false });
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  process.on('SIGINT', forward);
  process.on('SIGTERM', forward);
  process.on('SIGHUP', forward);
  return new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      resolve(code ?? 1);
    });
  }).finally(() => {
    process.off('SIGINT', forward);
    process.off('SIGTERM', forward);
    process.off('SIGHUP', forward);
  });
}
