/** Tuning kept in files. */
import { textHash } from './text_hash.js';
import type { TuningStore } from './store.js';

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

/**
 * In Node a store of files in the platform's folder for caches, each text in one of its own, written beside
 * it and then renamed: whole or not at all. Undefined elsewhere.
 */
export function fileStore(): TuningStore | undefined {
  const node = findNode();
  if (!node) return undefined;
  const { fs, path, pid } = node;
  const folder = path.join(cacheFolder(node), 'webgpu-clustering', 'tuning');
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
