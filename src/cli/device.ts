/** Making sure that the work finds a WebGPU adapter, in a child process where need be. */
import { spawn } from 'node:child_process';
import { NoAdapterError } from '../index.js';
import { findVulkan, MissingPackageError } from './vulkan.js';

export type DeviceChoice = 'auto' | 'webgpu' | 'cpu';

/** Set for a child that was started with a driver, so that it does not look again. */
const READY = 'WEBGPU_CLUSTERING_DRIVER';

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
 * (a loader's path is read only when a process starts), the whole command runs again in a child.
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
  if (ready) return undefined;
  try {
    const { variables } = await findVulkan();
    ready = Object.keys(variables).length === 0;
    if (ready) return undefined;
    throw new ChildFinished(await runAgain(variables));
  } catch (error) {
    const isMissing = error instanceof NoAdapterError || error instanceof MissingPackageError;
    if (choice === 'webgpu' || !isMissing) throw error;
    notice(`Running on the processor, without WebGPU. ${error.message}`);
    return 'cpu';
  }
}

/** This very command in a child process with more environment variables; its exit code. */
function runAgain(variables: Readonly<Record<string, string>>): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, ...variables, [READY]: '1' },
  });
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
