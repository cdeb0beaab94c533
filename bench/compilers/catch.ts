/** A process that runs the fits as on one class of adapter, and writes what kernels they asked for. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { create, globals } from 'webgpu';
import { type ClassName, CLASSES } from './adapter_classes.js';
import { Catcher, catchingRuntime } from './catcher.js';
import { FITS } from './fits.js';

Object.assign(globalThis, globals);
const [, , folder, name] = process.argv;
/** Set where lines of memory are to be counted, and of which fits, by a regular expression. */
const { CATCH_LINES: lines, CATCH_WORK: work = '' } = process.env;
const gpu = create([]);
// Dawn aborts the process once it is collected.
Object.assign(globalThis, { gpu });
const adapter = await gpu.requestAdapter();
if (!adapter) throw new Error('no adapter to run the fits on');
const catcher = new Catcher();
const { runtime, readLines } = await catchingRuntime(
  adapter,
  CLASSES[name as ClassName],
  catcher,
  lines !== undefined,
);
for (const fit of FITS.filter((one) => new RegExp(work).test(one.name))) {
  catcher.work = fit.name;
  process.stderr.write(`${fit.name}\n`);
  try {
    await fit.run(runtime);
  } catch (error) {
    throw new Error(`${fit.name}: ${(error as Error).message}`, { cause: error });
  }
}
const touched = await readLines();
const { kernels, contests } = catcher.caught;
const measured = kernels.map((kernel) => ({ ...kernel, lines: touched.get(kernel.code) }));
await writeFile(join(folder, 'kernels.json'), JSON.stringify({ kernels: measured, contests }));
// Dawn's live device would hold the process.
process.exit(0);
