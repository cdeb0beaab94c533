/** The Vulkan drivers of this machine that Dawn runs on. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { probeAdapter, swiftShaderEnvironment, type Variables } from '../src/cli/vulkan.js';

export interface Driver {
  readonly name: string;
  /** Set beside the present ones when a process starts. */
  readonly variables: Variables;
}

/** Where drivers tell of themselves on Linux. */
const FOLDERS = [
  '/usr/share/vulkan/icd.d',
  '/usr/local/share/vulkan/icd.d',
  '/etc/vulkan/icd.d',
] as const;
const NAMES: Readonly<Record<string, string>> = { lvp: 'lavapipe' };

async function installed(): Promise<Driver[]> {
  const drivers = new Map<string, Driver>();
  for (const folder of FOLDERS) {
    for (const file of await readdir(folder).catch(() => [])) {
      const stem = /^(\w+?)_icd\b.*\.json$/.exec(file)?.[1];
      if (stem === undefined) continue;
      const path = join(folder, file);
      const name = NAMES[stem] ?? stem;
      drivers.set(name, { name, variables: { VK_DRIVER_FILES: path, VK_ICD_FILENAMES: path } });
    }
  }
  return [...drivers.values()];
}

/** Every driver that gives an adapter: the installed ones, and SwiftShader from npm. */
export async function findDrivers(): Promise<Driver[]> {
  // Elsewhere Dawn uses the system's own, Metal or Direct3D.
  if (process.platform !== 'linux') return [{ name: process.platform, variables: {} }];
  const candidates = await installed();
  try {
    candidates.push({ name: 'swiftshader', variables: await swiftShaderEnvironment() });
  } catch (error) {
    console.error(`SwiftShader is left out: ${(error as Error).message}`);
  }
  const found: Driver[] = [];
  for (const driver of candidates) {
    if ((await probeAdapter(driver.variables)) !== undefined) found.push(driver);
  }
  return found;
}
