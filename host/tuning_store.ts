/** Where what tuning found out is kept between pages and processes. Nothing here ever throws. */

/**
 * A few short texts by key. A store may fail: what it throws is ignored, and what it gives is checked
 * before it is used.
 */
export interface TuningStore {
  get(key: string): string | undefined | Promise<string | undefined>;
  set(key: string, value: string): void | Promise<void>;
  /** Forgets everything. */
  clear(): void | Promise<void>;
}

const PREFIX = 'webgpu-clustering tuning: ';

/** Keeps texts for as long as it lives itself. */
export function memoryStore(): TuningStore {
  const texts = new Map<string, string>();
  return {
    get: (key) => texts.get(key),
    set: (key, value) => {
      texts.set(key, value);
    },
    clear: () => {
      texts.clear();
    },
  };
}

/** Keeps texts in a page's localStorage. */
export function webStore(storage: Storage): TuningStore {
  return {
    get: (key) => storage.getItem(PREFIX + key) ?? undefined,
    set: (key, value) => {
      storage.setItem(PREFIX + key, value);
    },
    clear: () => {
      const names = Array.from({ length: storage.length }, (_, i) => storage.key(i) ?? '');
      for (const name of names) if (name.startsWith(PREFIX)) storage.removeItem(name);
    },
  };
}

/** 53 bits of a text: equal texts have equal ones, and different ones hardly ever. */
export function textHash(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x9e3779b1);
    b = Math.imul(b ^ code, 0x5f356495);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (4294967296 * (b & 0x1fffff) + (a >>> 0)).toString(16).padStart(14, '0');
}

/** As much of Node as a store of files needs. */
interface Node {
  readonly fs: typeof import('node:fs');
  readonly os: typeof import('node:os');
  readonly path: typeof import('node:path');
  readonly platform: string;
  readonly pid: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Node's own modules, without an import that a page's bundler would follow; undefined elsewhere. */
function findNode(): Node | undefined {
  const { process } = globalThis as { process?: NodeJS.Process };
  // Deno would ask its user for leave to read and write.
  if (process?.versions.node === undefined || 'deno' in process.versions) return undefined;
  // From Node 20.16 on.
  if (!('getBuiltinModule' in process)) return undefined;
  const { platform, pid, env } = process;
  const [fs, os, path] = [
    process.getBuiltinModule('fs'),
    process.getBuiltinModule('os'),
    process.getBuiltinModule('path'),
  ];
  return { fs, os, path, platform, pid, env };
}

/** Where programs of this platform keep what they can make again. */
function cacheFolder({ os, path, platform, env }: Node): string {
  if (env.XDG_CACHE_HOME) return env.XDG_CACHE_HOME;
  if (platform === 'darwin') return path.join(os.homedir(), 'Library', 'Caches');
  if (platform === 'win32' && env.LOCALAPPDATA) return env.LOCALAPPDATA;
  return path.join(os.homedir(), '.cache');
}

/** Keeps each text in a file of its own, written beside it and then renamed: whole or not at all. */
function fileStore(node: Node, folder: string): TuningStore {
  const { fs, path, pid } = node;
  const fileOf = (key: string) => path.join(folder, `${textHash(key)}.json`);
  return {
    get: (key) => {
      const kept = JSON.parse(fs.readFileSync(fileOf(key), 'utf8')) as Record<
        string,
        unknown
      > | null;
      return kept?.key === key && typeof kept.value === 'string' ? kept.value : undefined;
    },
    set: (key, value) => {
      fs.mkdirSync(folder, { recursive: true });
      const file = fileOf(key);
      const staging = `${file}.${pid}`;
      fs.writeFileSync(staging, JSON.stringify({ key, value }));
      fs.renameSync(staging, file);
    },
    clear: () => {
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * A page's localStorage; in Node files in `webgpu-clustering/tuning` under the platform's folder for
 * caches (XDG_CACHE_HOME, ~/Library/Caches, LOCALAPPDATA or ~/.cache); elsewhere, as in a worker, memory.
 */
export function defaultStore(): TuningStore {
  try {
    const node = findNode();
    if (node) {
      return fileStore(node, node.path.join(cacheFolder(node), 'webgpu-clustering', 'tuning'));
    }
    // Merely asking for it throws where a page may keep nothing.
    const { localStorage } = globalThis as { localStorage?: Storage };
    if (localStorage) return webStore(localStorage);
  } catch {
    // Then nothing is kept.
  }
  return memoryStore();
}
