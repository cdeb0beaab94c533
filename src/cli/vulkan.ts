/**
 * A Vulkan driver for Dawn. The system's own where it works; else SwiftShader, a driver that runs
 * on the processor, unpacked from the npm package @sparticuz/chromium: no root, no system package.
 *
 * Dawn opens `libvulkan.so.1` by name and the system reads LD_LIBRARY_PATH only when a process
 * starts, so everything here gives variables for a child process and changes none of its own.
 */
import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import {
  access,
  constants,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { createBrotliDecompress } from 'node:zlib';
import type { ExtractOptions } from 'tar-fs';
import { ClusteringError, NoAdapterError } from '../index.js';

/** An optional npm package that this machine needs is not installed. */
export class MissingPackageError extends ClusteringError {
  override readonly name = 'MissingPackageError';

  constructor(name: string, options?: ErrorOptions) {
    super(
      'missing-package',
      `The package '${name}' is not installed; WebGPU outside a browser needs it. ` +
        `Run: npm install webgpu @sparticuz/chromium`,
      options,
    );
  }
}

/** Environment variables, to be set beside the present ones when a child process starts. */
export type Variables = Readonly<Record<string, string>>;

/** A way to run Dawn that was seen to give an adapter. */
export interface VulkanEnvironment {
  /** What the child process needs; empty when the environment serves as it is. */
  readonly variables: Variables;
  /** The adapter a child process was given, for people. */
  readonly adapter: string;
  /** Whether the driver writes to standard error while it starts. */
  readonly isNoisy: boolean;
}

/**
 * What can be unpacked from @sparticuz/chromium, with the archives it takes: a driver with its
 * loader, or a whole browser, which looks for its driver in its own folder and finds libraries
 * that the system may lack in lib/.
 */
const BUNDLES = {
  swiftshader: ['swiftshader.tar.br'],
  chromium: ['chromium.br', 'swiftshader.tar.br', 'al2023.tar.br'],
} as const;

const require = createRequire(import.meta.url);

function packageEntry(name: string): string {
  try {
    return require.resolve(name);
  } catch (cause) {
    throw new MissingPackageError(name, { cause });
  }
}

/**
 * The environment in which Dawn finds a driver: the present one if it gives an adapter (so that
 * VK_DRIVER_FILES, VK_ICD_FILENAMES and the system's drivers are respected), else SwiftShader.
 *
 * @throws NoAdapterError when nothing gives an adapter; MissingPackageError when `webgpu`, or
 *   `@sparticuz/chromium` where it is needed, is not installed
 */
export async function findVulkan(): Promise<VulkanEnvironment> {
  const present = await probeAdapter({});
  if (present !== undefined) return { variables: {}, ...present };
  const named = process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES;
  // A driver that the user named is not replaced by another; only a missing loader is supplied.
  const variables =
    named === undefined ? await swiftShaderEnvironment() : { LD_LIBRARY_PATH: await loaderPath() };
  const found = await probeAdapter(variables);
  if (found !== undefined) return { variables, ...found };
  throw new NoAdapterError(
    named === undefined
      ? `Neither this machine's Vulkan drivers nor SwiftShader give a WebGPU adapter. Install a Vulkan driver, or run on the processor with --device cpu.`
      : `VK_DRIVER_FILES or VK_ICD_FILENAMES is '${named}', and that gives no WebGPU adapter. Name the .json file of a working Vulkan driver, unset the variable, or run with --device cpu.`,
  );
}

/**
 * Variables under which Vulkan is SwiftShader, unpacked first where this user has not done so.
 *
 * @throws NoAdapterError where there is no build for this machine; MissingPackageError
 */
export async function swiftShaderEnvironment(): Promise<Variables> {
  const LD_LIBRARY_PATH = await loaderPath();
  const [folder] = LD_LIBRARY_PATH.split(delimiter);
  return { ...driverVariables(join(folder, 'vk_swiftshader_icd.json')), LD_LIBRARY_PATH };
}

/** Variables under which Vulkan is Mesa's lavapipe; undefined where it is not installed. */
export async function lavapipeEnvironment(): Promise<Variables | undefined> {
  for (const folder of [
    '/usr/share/vulkan/icd.d',
    '/usr/local/share/vulkan/icd.d',
    '/etc/vulkan/icd.d',
  ]) {
    const files = await readdir(folder).catch(() => []);
    const file = files.find((name) => /^lvp_icd\b.*\.json$/.test(name));
    if (file !== undefined) return driverVariables(join(folder, file));
  }
  return undefined;
}

/** Newer loaders read VK_DRIVER_FILES first, older ones know only VK_ICD_FILENAMES. */
function driverVariables(file: string): Variables {
  return { VK_DRIVER_FILES: file, VK_ICD_FILENAMES: file };
}

/** LD_LIBRARY_PATH with the Vulkan loader that comes with SwiftShader in front. */
async function loaderPath(): Promise<string> {
  return libraryPath(await unpack('swiftshader'));
}

/** LD_LIBRARY_PATH with these folders in front. */
export function libraryPath(...folders: string[]): string {
  return [...folders, process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter);
}

const PROBE = `
  const { create } = await import(process.argv[1]);
  const gpu = create([]);
  const { info } = (await gpu.requestAdapter()) ?? {};
  if (info) console.log(info.description || [info.vendor, info.architecture].join(' '));
  process.exit();`;

/**
 * The adapter that Dawn gives a child process with these variables, or undefined.
 *
 * @throws MissingPackageError when `webgpu` is not installed
 */
export async function probeAdapter(
  variables: Variables,
): Promise<Pick<VulkanEnvironment, 'adapter' | 'isNoisy'> | undefined> {
  const dawn = pathToFileURL(packageEntry('webgpu')).href;
  const child = promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', PROBE, dawn],
    { env: { ...process.env, ...variables }, timeout: 30_000 },
  );
  // A driver may be so broken that the process crashes: that is no adapter either.
  const { stdout, stderr } = await child.catch(() => ({ stdout: '', stderr: '' }));
  const adapter = stdout.trim().split('\n').pop();
  return adapter ? { adapter, isNoisy: stderr !== '' } : undefined;
}

/**
 * The folder that holds this bundle, unpacked once for each version of @sparticuz/chromium. Safe
 * while other processes do the same: each unpacks into a folder of its own and renames it.
 *
 * @throws NoAdapterError where there is no build for this machine; MissingPackageError
 */
export async function unpack(bundle: keyof typeof BUNDLES): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new NoAdapterError(
      `No WebGPU adapter was found, and the SwiftShader of @sparticuz/chromium is built for linux x64 only; this is ${process.platform} ${process.arch}. Run on the processor with --device cpu.`,
    );
  }
  // The entry is <package>/build/cjs/index.cjs.
  const home = resolve(dirname(packageEntry('@sparticuz/chromium')), '..', '..');
  const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as {
    version: string;
  };
  const target = join(await cacheFolder(), `${bundle}-${version}`);
  if (existsSync(target)) return target;
  const staging = await mkdtemp(`${target}.`);
  try {
    for (const archive of BUNDLES[bundle]) {
      await pipeline(
        createReadStream(join(home, 'bin', archive)),
        createBrotliDecompress(),
        archive.endsWith('.tar.br') ? await extractor(staging) : executable(staging, archive),
      );
    }
    await rename(staging, target);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    // Renaming fails when another process was faster; then its folder serves.
    if (!existsSync(target)) throw error;
  }
  return target;
}

function executable(folder: string, archive: string): NodeJS.WritableStream {
  return createWriteStream(join(folder, basename(archive, '.br')), { mode: 0o755 });
}

async function extractor(folder: string): Promise<NodeJS.WritableStream> {
  const { extract } = await import('tar-fs');
  // Under root the archive's own user ids would be applied, and user 1000 could change the files.
  const options: ExtractOptions & { chown: boolean } = { chown: false };
  return extract(folder, options);
}

/**
 * Where this user's unpacked files are kept: XDG_CACHE_HOME, ~/.cache, or a folder of the user's
 * own under the system's temporary folder where there is no writable home.
 */
async function cacheFolder(): Promise<string> {
  const home = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const preferred = join(home, 'webgpu-clustering');
  try {
    await mkdir(preferred, { recursive: true, mode: 0o700 });
    await access(preferred, constants.W_OK | constants.X_OK);
    return preferred;
  } catch {
    const uid = process.getuid?.() ?? 0;
    const folder = join(tmpdir(), `webgpu-clustering-${uid}`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Libraries are loaded from here: a folder that another user can write to is not used.
    const { uid: owner, mode } = await lstat(folder);
    if (owner !== uid || (mode & 0o022) !== 0) {
      throw new ClusteringError(
        'unsafe-cache',
        `${folder} belongs to, or can be written by, another user. Remove it, or set XDG_CACHE_HOME to a folder of your own.`,
      );
    }
    return folder;
  }
}
