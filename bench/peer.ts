/** What a contender takes, and peers that are written in Python. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { findPython } from './python.js';

/** Seconds by the clock and of processors, which a busy machine changes less; Dawn looks for answers without rest. */
export interface Seconds {
  readonly wall: number;
  readonly processors: number;
}

export async function timed<T>(work: () => Promise<T>): Promise<Seconds & { readonly result: T }> {
  const [begin, before] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return {
    result,
    wall: (performance.now() - begin) / 1000,
    processors: (user + system) / 1e6,
  };
}

/**
 * What a script prints as JSON.
 *
 * @param modules that it imports, by comma
 * @param rows written to a file, whose name is its first argument
 * @returns an empty list where there is no Python with these modules
 */
export async function askPython<T>(
  modules: string,
  script: string,
  rows: Float32Array,
  others: readonly (string | number)[],
): Promise<readonly T[]> {
  const python = await findPython(modules);
  if (python === undefined) return [];
  const folder = await mkdtemp(join(tmpdir(), 'peer-'));
  try {
    const file = join(folder, 'rows');
    await writeFile(file, rows);
    const given = ['-c', script, file, ...others.map(String)];
    const { stdout } = await promisify(execFile)(python, given);
    return JSON.parse(stdout) as readonly T[];
  } finally {
    await rm(folder, { recursive: true });
  }
}
