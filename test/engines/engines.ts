/** The engines, and which of them are to run. */
import { chromium } from './chromium.js';
import { dawnOnLavapipe, dawnOnSwiftShader } from './dawn.js';
import { deno } from './deno.js';
import type { Engine } from './engine.js';
import { firefox } from './firefox.js';
import { type EngineName, namedEngines } from './names.js';
import { twin } from './twin.js';

const all: readonly Engine[] = [twin, dawnOnSwiftShader, dawnOnLavapipe, deno, chromium, firefox];

export interface SelectedEngine {
  readonly engine: Engine;
  /** What it lacks to run here, and how to install it; undefined when it can run. */
  readonly missing: string | undefined;
  /**
   * Whether being unable to run is a failure: if it needs nothing but npm, if it was named, or in
   * CI (where the environment variable CI is set). Otherwise a notice will do.
   */
  readonly required: boolean;
}

async function select(engine: Engine): Promise<SelectedEngine> {
  const named = namedEngines()?.includes(engine.name) ?? false;
  const required = engine.npmOnly || named || Boolean(process.env.CI);
  return { engine, missing: await engine.missing(), required };
}

export const selectEngine = (name: EngineName): Promise<SelectedEngine> =>
  select(all.find((engine) => engine.name === name)!);

/** All engines, or those named in the environment variable ENGINE. Throws on an unknown name. */
export async function selectEngines(): Promise<readonly SelectedEngine[]> {
  const named = namedEngines();
  const selected: SelectedEngine[] = [];
  for (const engine of all) {
    if (named?.includes(engine.name) ?? true) selected.push(await select(engine));
  }
  return selected;
}
