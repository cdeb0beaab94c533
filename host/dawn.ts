/**
 * Dawn, WebGPU for Node from the package 'webgpu', for Bun from 'bun-webgpu'. The build for pages takes
 * no_dawn.ts instead.
 */
import type { BunModule } from './bun_gpu.js';
import { NoAdapterError } from './errors.js';

interface DawnModule {
  readonly create: (options: string[]) => GPU;
}

/** A turn of the event loop dozes for an eighth of the time waited so far, and so long at most. */
const MOST_DOZE_MS = 0.1;
const DOZE_SHARE = 1 / 8;

type Versions = Partial<Record<'node' | 'bun' | 'deno' | 'electron', string>>;
const versions: Versions =
  (globalThis as { process?: { versions?: Versions } }).process?.versions ?? {};
const { node, bun, deno, electron } = versions;
/** Nobody writes to it. Undefined where WebGPU is not of the package 'webgpu'. */
const cell =
  node !== undefined && (bun ?? deno ?? electron) === undefined
    ? new Int32Array(new SharedArrayBuffer(4))
    : undefined;
let waits = 0;
/** When the first of the waits under way began. */
let since = 0;
let isTurning = false;

/**
 * To be called when a wait for a device's work begins; what it returns, once, when the wait is over.
 *
 * The package 'webgpu' asks whether work is done in every turn of the event loop, and so keeps a core busy,
 * which a driver that runs on processors would do the work with: an assignment of 10,000 x 16 to 400 took 4.3 ms
 * beside it and takes 3.1 (lavapipe, two cores).
 */
export function startDozing(): () => void {
  if (!cell) return () => undefined;
  if (waits++ === 0) since = performance.now();
  const turn = () => {
    isTurning = waits > 0;
    if (!isTurning) return;
    Atomics.wait(cell, 0, 0, Math.min(MOST_DOZE_MS, DOZE_SHARE * (performance.now() - since)));
    setImmediate(turn);
  };
  if (!isTurning) setImmediate(turn);
  isTurning = true;
  return () => {
    waits--;
  };
}

/**
 * Dawn's GPU object.
 *
 * @throws NoAdapterError where the package is not installed or cannot start, and in Electron's main process
 */
export async function loadDawn(): Promise<GPU> {
  // They say that they are Node, and the native code of 'webgpu' ends their process.
  if (electron !== undefined) {
    throw new NoAdapterError(
      `Electron's main process has no WebGPU of its own, and the package 'webgpu' (Dawn), which would crash it, ` +
        `was not loaded; run this in a window.`,
    );
  }
  // A name the bundlers of pages do not follow.
  const name = bun === undefined ? 'webgpu' : 'bun-webgpu';
  // Within `try`, where bundlers of Node programs let a package be missing.
  try {
    const loaded: unknown = await import(/* @vite-ignore */ name);
    if (bun !== undefined) return (await import('./bun_gpu.js')).gpuOfBun(loaded as BunModule);
    return (loaded as DawnModule).create([]);
  } catch (cause) {
    throw new NoAdapterError(
      `${bun === undefined ? 'Node' : 'Bun'} has no WebGPU of its own, and the package '${name}' (Dawn) could not be loaded; ` +
        `run '${bun === undefined ? 'npm install' : 'bun add'} ${name}'.`,
      { cause },
    );
  }
}
