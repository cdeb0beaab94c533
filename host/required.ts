/** What a device that is to be lent must have; only those who ask for it load this. */
import { DeviceLimitError } from './errors.js';
import type { RuntimeOptions } from './runtime_options.js';

/**
 * @throws DeviceLimitError naming what the adapter, or a device that was given, does not have
 */
export function refuseMissing(
  { features, limits }: Pick<GPUAdapter, 'features' | 'limits'>,
  { requiredFeatures = [], requiredLimits = {} }: RuntimeOptions,
): void {
  const has = limits as unknown as Readonly<Record<string, number>>;
  const missing = [
    ...requiredFeatures.filter((name) => !features.has(name)).map((name) => `feature ${name}`),
    ...Object.entries(requiredLimits)
      // Of alignments the lower is the better one.
      .filter(([name, wanted]) =>
        name.startsWith('min') ? !(wanted >= has[name]) : !(wanted <= has[name]),
      )
      .map(([name, wanted]) => `${name} ${wanted} (has ${has[name]})`),
  ];
  if (missing.length === 0) return;
  throw new DeviceLimitError(
    `createRuntime: the device lacks ${missing.join(', ')}; require less, or ask for another adapter (powerPreference, gpu).`,
  );
}
