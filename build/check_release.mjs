/**
 * `npm run check:release`: both packages, the lock, jsr.json, CITATION.cff and the changelog are of one version, that
 * of the tag where one is given; and the changelog tells of it. What names a version is changed by hand, or not at all.
 */
import console from 'node:console';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { URL } from 'node:url';

const text = (file) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const json = (file) => JSON.parse(text(file));
const { version, exports } = json('package.json');
const { packages } = json('package-lock.json');
const jsr = json('jsr.json');

const found = {
  'packages/cli/package.json': json('packages/cli/package.json').version,
  'package-lock.json': packages[''].version,
  'package-lock.json, packages/cli': packages['packages/cli'].version,
  'jsr.json': jsr.version,
  'CITATION.cff': /^version: (.+)$/m.exec(text('CITATION.cff'))?.[1],
  'CHANGELOG.md': new RegExp(`^## (${version.replaceAll('.', '\\.')})$`, 'm').exec(
    text('CHANGELOG.md'),
  )?.[1],
};
const tag = process.argv[2];
if (tag !== undefined) found.tag = tag.replace(/^v/, '');

const faults = Object.entries(found)
  .filter(([, one]) => one !== version)
  .map(([file, one]) => `${file} says ${one}, package.json ${version}`);
// JSR has the pages' build under the same names, but for what is Node's alone.
for (const [name, { browser }] of Object.entries(exports)) {
  if (browser !== undefined && jsr.exports[name] !== browser) {
    faults.push(`jsr.json: '${name}' should be ${browser}`);
  }
}
for (const fault of faults) console.error(fault);
console.log(faults.length === 0 ? `${version} everywhere` : `${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
