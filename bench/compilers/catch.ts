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
const gpu = create([]);
// Dawn aborts the process once it is collected.
Object.assign(globalThis, { gpu });
const adapter = await gpu.requestAdapter();
if (!adapter) throw new Error('no adapter to run the fits on');
const catcher = new Catcher();
const { runtime, readLines } = await catchingRuntime(adapter, CLASSES[name as ClassName], catcher);
for (const fit of FITS) {
  catcher.work = fit.name;
  process.stderr.write(`${fit.name}\n`);
  try {
    await fit.run(runtime);
  } catch (error) {
    throw new Error(`${fit.name}: ${(error as Error).message}`, { cause: error });
  }
}
const lines = await readLines();
const { kernels, contests } = catcher.caught;
const measured = kernels.map((kernel) => ({ ...kernel, lines: lines.get(kernel.code) }));
await writeFile(join(folder, 'kernels.json'), JSON.stringify({ kernels: measured, contests }));
// Dawn's live device would hold the process.
process.exit(0);
