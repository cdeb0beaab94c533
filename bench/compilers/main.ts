/**
 * `npm run bench:compilers`: what AMD's compiler says of every kernel, for docs/gpus.md and docs/gpus.json.
 * With `--check` on two chips: prints what does not hold, and exits with 1 where something does not; it leaves out
 * the lines of memory, which take long to count. `npm run bench:lines -- FITS` counts these alone, in the fits whose
 * names match a regular expression (all without it).
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import process from 'node:process';
import { format, resolveConfig } from 'prettier';
import { CHIPS, CLASS_NAMES } from './adapter_classes.js';
import { faultsOf } from './check.js';
import { type Evidence, gather } from './evidence.js';
import { catchKernels } from './processes.js';
import { linesTable, pageOf } from './table.js';

const PAGE = 'docs/gpus.md';
const FIGURES = 'docs/gpus.json';
const CHECKED = ['navi31', 'vega10'];
const checks = process.argv.includes('--check');

/** The files of kernels. */
async function kernelFiles(): Promise<readonly string[]> {
  const files = await readdir('shaders', { recursive: true });
  return files.filter((file) => file.endsWith('.wgsl') && !file.startsWith('lib'));
}

const nameOf = (file: string) => basename(file, '.wgsl');

/** Kernels that nothing asked for. */
async function missingOf({ kernels }: Evidence): Promise<readonly string[]> {
  const asked = new Set(kernels.map(({ name }) => name));
  return (await kernelFiles())
    .map(nameOf)
    .filter((name) => !asked.has(name))
    .sort();
}

/** Why kernels touch more lines of memory than they need, as their files say. */
async function reasonsOf(): Promise<ReadonlyMap<string, string>> {
  const reasons = new Map<string, string>();
  for (const file of await kernelFiles()) {
    const text = await readFile(join('shaders', file), 'utf8');
    const [, reason] = /^\/\/ Lines of memory: (.*(?:\n\/\/ {3}.*)*)/m.exec(text) ?? [];
    if (reason) reasons.set(nameOf(file), reason.replace(/\n\/\/ +/g, ' '));
  }
  return reasons;
}

async function write(path: string, text: string): Promise<void> {
  await writeFile(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}

const reasons = await reasonsOf();
const linesAt = process.argv.indexOf('--lines');
if (linesAt > 0) {
  const linesOf = process.argv[linesAt + 1] ?? '';
  console.log(linesTable((await catchKernels('of32', { linesOf })).kernels, reasons));
  process.exit();
}
const evidence = await gather(
  checks ? ['of32'] : CLASS_NAMES,
  CHIPS.filter(({ name }) => !checks || CHECKED.includes(name)),
  !checks,
  (what) => {
    console.log(what);
  },
);
if (!checks) {
  await write(PAGE, pageOf(evidence, await missingOf(evidence), reasons));
  const { adapters, kernels, contests } = evidence;
  const figures = {
    adapters,
    kernels: kernels.map(({ name, constants, workgroup, work, defaultOf, figures, lines }) => ({
      ...{ name, constants, workgroup, work, defaultOf, figures, lines },
    })),
    contests: contests.map(({ adapterClass, kernel, shape, work, candidates }) => ({
      ...{ adapterClass, kernel, shape, work },
      candidates: candidates.map((one) => ({ name: one.name, at: kernels.indexOf(one.kernel) })),
    })),
  };
  await writeFile(FIGURES, `${JSON.stringify(figures)}\n`);
}
const faults = faultsOf(evidence, reasons);
for (const fault of faults) console.error(fault);
console.log(`${evidence.kernels.length} kernels, ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;
