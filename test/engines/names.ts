/** The names of the engines: nothing but that, as Vitest's configuration needs them too. */

/** Those that take longest come first: as two run at a time, none is left to run alone at the end. */
export const ENGINE_NAMES = [
  'firefox',
  'dawn-lavapipe',
  'dawn-swiftshader',
  'chromium',
  'deno',
  'cpu-twin',
] as const;

export type EngineName = (typeof ENGINE_NAMES)[number];

/**
 * The engines that the environment variable ENGINE (a comma-separated list) names; undefined when it
 * names none. Throws on an unknown name.
 */
export function namedEngines(): readonly EngineName[] | undefined {
  const named = process.env.ENGINE?.split(',').filter(Boolean) ?? [];
  if (named.length === 0) return undefined;
  const unknown = named.find((name) => !ENGINE_NAMES.some((known) => known === name));
  if (unknown !== undefined) {
    throw new Error(`ENGINE names '${unknown}'; there are ${ENGINE_NAMES.join(', ')}.`);
  }
  return ENGINE_NAMES.filter((name) => named.includes(name));
}
