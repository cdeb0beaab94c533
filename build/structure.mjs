/**
 * The house in numbers: circles among imports, what each method takes, and how many files lie between its
 * public face and the first dispatch. `npm run structure`; exits with 1 where there is a circle.
 */
import console from 'node:console';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import process from 'node:process';

const IMPORT = /(?:import|export)\s(?:[^'";]*?\sfrom\s)?'(\.[^']+)'/g;
const DISPATCH = join('host', 'recording.ts');

const files = ['host', 'src'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name)),
);
const texts = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
const imports = new Map(
  files.map((file) => [
    file,
    [...texts.get(file).matchAll(IMPORT)]
      .map(([, to]) => normalize(join(dirname(file), to)).replace(/\.js$/, '.ts'))
      .filter((to) => texts.has(to)),
  ]),
);

/** Files that lie on a circle: from each of them a path leads back to it. */
function circles() {
  const reach = (from) => {
    const seen = new Set();
    const open = [...imports.get(from)];
    while (open.length > 0) {
      const file = open.pop();
      if (seen.has(file)) continue;
      seen.add(file);
      open.push(...imports.get(file));
    }
    return seen;
  };
  return files.filter((file) => reach(file).has(file));
}

/** The shortest way down from a file to the one that dispatches, both included; 0 where there is none. */
function filesToDispatch(from) {
  let level = [from];
  const seen = new Set(level);
  for (let count = 1; level.length > 0; count++) {
    if (level.includes(DISPATCH)) return count;
    level = level.flatMap((file) => imports.get(file)).filter((file) => !seen.has(file));
    for (const file of level) seen.add(file);
  }
  return 0;
}

const lines = (some) => some.reduce((sum, file) => sum + texts.get(file).split('\n').length, 0);

console.log('method                        files  lines  of them cli  files to dispatch');
for (const name of readdirSync('src/methods').sort()) {
  const own = files.filter((file) => file.startsWith(join('src', 'methods', name, '/')));
  const cli = own.filter((file) => file.includes('/cli/'));
  const cells = [own.length, lines(own), lines(cli)];
  const way = filesToDispatch(join('src', 'methods', name, 'index.ts'));
  console.log(
    `${name.padEnd(28)} ${String(cells[0]).padStart(6)} ${String(cells[1]).padStart(6)} ` +
      `${String(cells[2]).padStart(12)} ${String(way || '-').padStart(18)}`,
  );
}
const found = circles();
console.log(found.length === 0 ? 'no circle' : `on a circle: ${found.join(', ')}`);
process.exitCode = found.length === 0 ? 0 : 1;
