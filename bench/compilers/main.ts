/**
 * `npm run bench:compilers`: what AMD's compiler says of every kernel, for docs/gpus.md and docs/gpus.json.
 * With `--check` on two chips: prints what does not hold, and exits with 1 where something does not.
 */
import { readdir, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { format, resolveConfig } from 'prettier';
import { CHIPS, CLASS_NAMES } from './adapter_classes.js';
import { faultsOf } from './check.js';
import { type Evidence, gather } from './evidence.js';
import { pageOf } from './table.js';

const PAGE = 'docs/gpus.md';
const FIGURES = 'docs/gpus.json';
const CHECKED = ['navi31', 'vega10'];
const checks = process.argv.includes('--check');

/** Kernels in shaders/ that nothing asked for. */
async function missingOf({ kernels }: Evidence): Promise<readonly string[]> {
  const asked = new Set(kernels.map(({ name }) => name));
  const files = await readdir('shaders', { recursive: true });
  return files
    .filter((file) => file.endsWith('.wgsl') && !file.startsWith('lib'))
    .map((file) => /(\w+)\.wgsl$/.exec(file)![1])
    .filter((name) => !asked.has(name))
    .sort();
}

async function write(path: string, text: string): Promise<void> {
  await writeFile(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}

const evidence = await gather(
  checks ? ['of32'] : CLASS_NAMES,
  CHIPS.filter(({ name }) => !checks || CHECKED.includes(name)),
  (what) => {
    console.log(what);
  },
);
if (!checks) {
  await write(PAGE, pageOf(evidence, await missingOf(evidence)));
  const { adapters, kernels, contests } = evidence;
  const figures = {
    adapters,
    kernels: kernels.map(({ name, constants, workgroup, work, defaultOf, figures }) => ({
      ...{ name, constants, workgroup, work, defaultOf, figures },
    })),
    contests: contests.map(({ adapterClass, kernel, shape, work, candidates }) => ({
      ...{ adapterClass, kernel, shape, work },
      candidates: candidates.map((one) => ({ name: one.name, at: kernels.indexOf(one.kernel) })),
    })),
  };
  await writeFile(FIGURES, `${JSON.stringify(figures)}\n`);
}
const faults = faultsOf(evidence);
for (const fault of faults) console.error(fault);
console.log(`${evidence.kernels.length} kernels, ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;
