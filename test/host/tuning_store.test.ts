import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { defaultStore, webStore } from '../../host/tuning_store.js';
import type { TuningStore } from '../../host/store.js';
import { textHash } from '../../host/text_hash.js';

/** As much of the page's localStorage as is used. */
function fakeStorage(): Storage {
  const items = new Map<string, string>([['theirs', 'stays']]);
  return {
    get length() {
      return items.size;
    },
    key: (index: number) => [...items.keys()][index] ?? null,
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, value: string) => items.set(name, value),
    removeItem: (name: string) => items.delete(name),
    clear: () => {
      items.clear();
    },
  };
}

async function keepsTexts(store: TuningStore): Promise<void> {
  expect(await get(store, 'a')).toBeUndefined();
  await store.set('a', 'one');
  await store.set('b', 'two');
  await store.set('a', 'three');
  expect([await get(store, 'a'), await get(store, 'b')]).toEqual(['three', 'two']);
  await store.clear();
  expect(await get(store, 'a')).toBeUndefined();
}

/** A file that is not there is an error, which whoever asks ignores. */
const get = async (store: TuningStore, key: string) => {
  try {
    return await store.get(key);
  } catch {
    return undefined;
  }
};

test('localStorage keeps texts, and what others keep there stays', async () => {
  const storage = fakeStorage();
  await keepsTexts(webStore(storage));
  expect(storage.getItem('theirs')).toBe('stays');
});

describe('in Node', () => {
  let cache: string;
  const folder = () => join(cache, 'webgpu-clustering', 'tuning');

  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'tuning-test-'));
    vi.stubEnv('XDG_CACHE_HOME', cache);
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
    await rm(cache, { recursive: true });
  });

  test('files keep texts, whole or not at all', async () => {
    await keepsTexts(defaultStore());
    const store = defaultStore();
    await store.set('a', 'one');
    expect(await get(defaultStore(), 'a')).toBe('one');
    // No half-written file is left.
    expect(await readdir(folder())).toEqual([`${textHash('a')}.json`]);
  });

  test.each(['', 'null', '{"key":"b","value":"another key’s"}', '{"key":"a","value":3}'])(
    'a file that holds %j is ignored, and written anew',
    async (text) => {
      const store = defaultStore();
      await store.set('a', 'one');
      const file = join(folder(), `${textHash('a')}.json`);
      await writeFile(file, text);
      expect(await get(store, 'a')).toBeUndefined();
      await store.set('a', 'two');
      expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ key: 'a', value: 'two' });
    },
  );

  test('memory serves where nothing can be kept', async () => {
    vi.stubGlobal('process', undefined);
    Object.defineProperty(globalThis, 'localStorage', {
      configurable: true,
      get: () => {
        throw new Error('not on this page');
      },
    });
    try {
      await keepsTexts(defaultStore());
    } finally {
      Reflect.deleteProperty(globalThis, 'localStorage');
    }
  });
});

test('hashes differ', () => {
  const texts = ['', 'a', 'b', 'ab', 'ba', 'a'.repeat(1000)];
  expect(new Set(texts.map(textHash)).size).toBe(texts.length);
  expect(textHash('a')).toMatch(/^[0-9a-f]{14}$/);
});
