/** The processes of the bench: fits on lavapipe, and compilers on pretended chips. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
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

/** What these processes hand over, in a folder of their own. */
const KERNELS = 'kernels.json';

type Variables = Readonly<Record<string, string>>;

/**
 * What a script of this bench wrote on the standard error, which is a file: a driver does not wait where a
 * pipe is full. Throws where it failed.
 */
async function run(
  script: string,
  argument: string,
  folder: string,
  variables: Variables,
): Promise<string> {
  const path = join(dirname(process.argv[1]), `${script}.js`);
  const said = join(folder, 'said');
  const file = await open(said, 'w');
  const child = spawn(process.execPath, [path, folder, argument], {
    env: { ...process.env, XDG_RUNTIME_DIR: folder, ...variables },
    stdio: ['ignore', 'inherit', file.fd],
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  await file.close();
  const text = await readFile(said, 'utf8');
  if (code === 0) return text;
  throw new Error(
    `${script} ${argument} ended with ${String(code ?? signal)}: ${text.slice(-2000)}`,
  );
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'compilers-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Of which fits lines of memory are counted, by a regular expression; of none without it. */
export interface CatchOptions {
  readonly linesOf?: string | undefined;
}

/** What the library asks for on a class of adapter. */
export async function catchKernels(
  name: ClassName,
  { linesOf }: CatchOptions = {},
): Promise<Catch> {
  const driver = (await findDrivers()).find((one) => one.name === 'lavapipe');
  if (!driver) throw new Error(`There is no lavapipe to run the fits on; ${REMEDY}.`);
  return inFolder(async (folder) => {
    await run('compilers_catch', name, folder, {
      ...driver.variables,
      ...(linesOf !== undefined && { CATCH_LINES: '1', CATCH_WORK: linesOf }),
    });
    return JSON.parse(await readFile(join(folder, KERNELS), 'utf8')) as Catch;
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
    await writeFile(join(folder, KERNELS), JSON.stringify(kernels));
    const said = await run('compilers_compile', chip.name, folder, {
      AMDGPU_GPU_ID: chip.name,
      LD_PRELOAD: shim,
      RADV_DEBUG: 'shaderstats,asm,nocache',
      VK_DRIVER_FILES: DRIVER,
      VK_ICD_FILENAMES: DRIVER,
    });
    return readListing(said);
  });
}
