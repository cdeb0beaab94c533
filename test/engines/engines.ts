/** The engines, in the order in which they run: first those that fail fastest. */
import { chromium } from './chromium.js';
import { dawnOnGpu, dawnOnLavapipe, dawnOnSwiftShader } from './dawn.js';
import { deno } from './deno.js';
import type { Engine } from './engine.js';
import { firefox } from './firefox.js';
import { twin } from './twin.js';

const usual: readonly Engine[] = [twin, dawnOnSwiftShader, dawnOnLavapipe, deno, chromium, firefox];
/** The last only where it is named: what it runs on is not known. */
const all: readonly Engine[] = [...usual, dawnOnGpu];

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

/**
 * The usual engines, or those named in the environment variable ENGINE (a comma-separated list). Throws
 * on an unknown name.
 */
export async function selectEngines(): Promise<readonly SelectedEngine[]> {
  const named = process.env.ENGINE?.split(',').filter(Boolean);
  const unknown = named?.find((name) => !all.some((engine) => engine.name === name));
  if (unknown !== undefined) {
    const known = all.map(({ name }) => name).join(', ');
    throw new Error(`ENGINE names '${unknown}'; there are ${known}.`);
  }
  const selected: SelectedEngine[] = [];
  for (const engine of named ? all.filter(({ name }) => named.includes(name)) : usual) {
    const required = engine.npmOnly || named !== undefined || Boolean(process.env.CI);
    selected.push({ engine, missing: await engine.missing(), required });
  }
  return selected;
}
