/** Where what tuning found out is kept between pages and processes. Nothing here ever throws. */
import { fileStore } from './file_store.js';
import type { TuningStore } from './store.js';

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

/**
 * A page's localStorage; in Node files in `webgpu-clustering/tuning` under the platform's folder for
 * caches (XDG_CACHE_HOME, ~/Library/Caches, LOCALAPPDATA or ~/.cache); elsewhere, as in a worker, memory.
 */
export function defaultStore(): TuningStore {
  try {
    const files = fileStore();
    if (files) return files;
    // Merely asking for it throws where a page may keep nothing.
    const { localStorage } = globalThis as { localStorage?: Storage };
    if (localStorage) return webStore(localStorage);
  } catch {
    // Then nothing is kept.
  }
  return memoryStore();
}
