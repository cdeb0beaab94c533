/**
 * What the package webgpu-clustering-cli (packages/cli) is made of: the built command line, scale/, and of the
 * library's files those that the command line loads. So it needs no release of the library beside its own. The
 * last part of `npm run build`; `npm pack` and `npm publish` in packages/cli call it, too.
 */
import console from 'node:console';
import { copyFile, cp, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, URL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const from = join(root, 'dist');
const home = join(root, 'packages/cli');
const to = join(home, 'dist');

const { dependencies, peerDependencies } = JSON.parse(
  await readFile(join(home, 'package.json'), 'utf8'),
);
const named = [...Object.keys(dependencies), ...Object.keys(peerDependencies)];

/** What a built module names in quotes behind `from`, `import` or `new URL(`. */
const NAMES = /(?:\bfrom|\bimport|\bimport\(|new URL\()\s*["'`]([^"'`\n]+)["'`]/g;
const isOurs = (name) => /^\.\.?\/.*\.js$/.test(name);
const isNamed = (name) => named.some((one) => name === one || name.startsWith(`${one}/`));

const files = new Set();
const unknown = new Set();
const queue = [join(from, 'cli.js')];
for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
  if (files.has(file)) continue;
  files.add(file);
  for (const [, name] of (await readFile(file, 'utf8')).matchAll(NAMES)) {
    if (isOurs(name)) queue.push(join(dirname(file), name));
    else if (/^[@\w][\w.-]*(\/[\w.-]+)*$/.test(name) && !isNamed(name)) unknown.add(name);
  }
}

if (unknown.size > 0) {
  throw new Error(`packages/cli/package.json lacks dependencies: ${[...unknown].join(', ')}.`);
}
await rm(to, { recursive: true, force: true });
for (const file of files) {
  const target = join(to, relative(from, file));
  await mkdir(dirname(target), { recursive: true });
  await copyFile(file, target);
}
await copyFile(join(root, 'LICENSE'), join(home, 'LICENSE'));
// What workers on other machines load.
await rm(join(home, 'scale'), { recursive: true, force: true });
await cp(join(root, 'scale'), join(home, 'scale'), {
  recursive: true,
  filter: (source) => !source.includes('__pycache__'),
});
console.log(`packages/cli/dist: ${files.size} files`);
