/** The processes of the bench: fits on lavapipe, and compilers on pretended chips. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { findDrivers } from '../drivers.js';
import type { Chip, ClassName } from './adapter_classes.js';
import type { Catch, CaughtKernel } from './kernels.js';
import { type Listing, readListing } from './listing.js';

/** Debian's packages mesa-drm-shim and mesa-vulkan-drivers. */
const SHIM = 'libamdgpu_noop_drm_shim.so';
const LIBRARIES = '/usr/lib';
const DRIVER = '/usr/share/vulkan/icd.d/radeon_icd.json';
const REMEDY =
  'install mesa-vulkan-drivers and mesa-drm-shim (Debian 12: both from bookworm-backports)';

type Variables = Readonly<Record<string, string>>;

/** What a script of this bench wrote on the standard error. Throws where it failed. */
function run(script: string, args: readonly string[], variables: Variables): Promise<string> {
  const path = join(dirname(process.argv[1]), `${script}.js`);
  const child = spawn(process.execPath, [path, ...args], {
    env: { ...process.env, XDG_RUNTIME_DIR: tmpdir(), ...variables },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const parts: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => parts.push(text));
  return new Promise((resolve, reject) => {
    child.on('close', (code, signal) => {
      const said = parts.join('');
      if (code === 0) resolve(said);
      else reject(new Error(`${script} ${args[0]} ended with ${String(code ?? signal)}: ${said.slice(-2000)}`));
    });
  });
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'compilers-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What the library asks for on a class of adapter. */
export async function catchKernels(name: ClassName): Promise<Catch> {
  const driver = (await findDrivers()).find((one) => one.name === 'lavapipe');
  if (!driver) throw new Error(`There is no lavapipe to run the fits on; ${REMEDY}.`);
  return inFolder(async (folder) => {
    const file = join(folder, 'kernels.json');
    await run('compilers_catch', [name, file], driver.variables);
    return JSON.parse(await readFile(file, 'utf8')) as Catch;
  });
}

/** The shim's path: a loader that does not find it only warns. */
async function findShim(): Promise<string> {
  const folders = await readdir(LIBRARIES);
  const path = ['', ...folders].map((name) => join(LIBRARIES, name, SHIM)).find(existsSync);
  if (path === undefined || !existsSync(DRIVER)) {
    throw new Error(`There is no ${SHIM} or no ${DRIVER}; ${REMEDY}.`);
  }
  return path;
}

/** What the chip's compiler says of each. */
export async function compile(chip: Chip, kernels: readonly CaughtKernel[]): Promise<Listing> {
  const shim = await findShim();
  return inFolder(async (folder) => {
    const file = join(folder, 'kernels.json');
    await writeFile(file, JSON.stringify(kernels));
    const said = await run('compilers_compile', [file], {
      AMDGPU_GPU_ID: chip.name,
      LD_PRELOAD: shim,
      RADV_DEBUG: 'shaderstats,asm,nocache',
      VK_DRIVER_FILES: DRIVER,
      VK_ICD_FILENAMES: DRIVER,
    });
    return readListing(said);
  });
}
