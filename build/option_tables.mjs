/**
 * Writes what the methods' option tables say (src/methods/NAME/option_table.ts, which exports one or several): docs/options.md, and in the
 * guides what stands between `<!-- options of METHOD -->` and `<!-- end of options -->`. `npm run
 * docs:options`; with `-- --check` it writes nothing, and fails where a file is not up to date.
 */
import console from 'node:console';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import * as prettier from 'prettier';
import { createServer } from 'vite';

const GUIDES = readdirSync('docs/guide').map((name) => `docs/guide/${name}`);
const BLOCK = /(<!-- options of (\w+)(?: without ([\w, ]+))? -->\n)[^]*?(<!-- end of options -->)/g;

const server = await createServer({
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
  appType: 'custom',
  logLevel: 'warn',
});
const files = readdirSync('src/methods')
  .map((name) => `src/methods/${name}/option_table.ts`)
  .filter((file) => existsSync(file));
const modules = await Promise.all(files.map((file) => server.ssrLoadModule(`/${file}`)));
await server.close();
const tables = modules
  .flatMap(({ optionTable, optionTables = [optionTable] }) => optionTables)
  .sort((a, b) => a.method.localeCompare(b.method));

const code = (text) => `\`${text}\``;

function shown(value) {
  if (value === undefined) return '';
  if (typeof value === 'string') return code(`'${value}'`);
  if (typeof value !== 'number') return code(JSON.stringify(value).replaceAll(',', ', '));
  return value > 0 && value < 0.01 ? value.toExponential() : value.toLocaleString('en');
}

/** The rows of a table in Markdown, each of them [option, default, meaning, rule, flag]. */
const rowsOf = ({ options, rules, defaults }) =>
  Object.entries(options).map(([name, { meaning, otherwise, flag, rule }]) => [
    code(name),
    otherwise ?? shown(defaults[name]),
    meaning,
    rule ?? rules[name].rule,
    flag === undefined ? '' : code(flag),
  ]);

function table(heads, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

function filled(text) {
  return text.replace(BLOCK, (_, start, method, without = '', end) => {
    const left = without.split(', ').map(code);
    const found = tables.find((one) => one.method === method);
    if (!found) throw new Error(`There is no option table of ${method}.`);
    const rows = rowsOf(found).filter(([name]) => !left.includes(name));
    return `${start}\n${table(
      ['option', 'default', 'meaning'],
      rows.map((row) => row.slice(0, 3)),
    )}\n${end}`;
  });
}

const options = [
  '# Options',
  'What each method may be told, what that must be, and what holds otherwise; in the last column what an ' +
    'option is called in the shell. A wrong value is refused with an `InvalidArgumentError` that says the same.',
  ...tables.flatMap((one) => [
    `## ${code(one.method)}`,
    table(['option', 'default', 'meaning', 'must be', 'in the shell'], rowsOf(one)),
  ]),
].join('\n\n');

for (const [file, text] of [
  ['docs/options.md', options],
  ...GUIDES.map((file) => [file, filled(readFileSync(file, 'utf8'))]),
]) {
  const config = await prettier.resolveConfig(file);
  const formatted = await prettier.format(text, { ...config, filepath: file });
  if (existsSync(file) && readFileSync(file, 'utf8') === formatted) continue;
  if (process.argv.includes('--check')) {
    console.error(`${file} does not say what the option tables say; run npm run docs:options.`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, formatted);
    console.log(`wrote ${file}`);
  }
}
