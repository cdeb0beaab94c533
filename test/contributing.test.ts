/** CONTRIBUTING's example of a method, type-checked as if its files stood where it says. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { root } from './engines/bundle.js';

const FOLDER = join(root, 'src/methods/row_mean');

test('the method in a folder type-checks', { timeout: 180_000 }, async () => {
  const text = await readFile(join(root, 'CONTRIBUTING.md'), 'utf8');
  const blocks = text.matchAll(/^```ts\n(\/\/ (\w+\.ts): .*?)^```$/gms);
  const files = new Map([...blocks].map(([, code, name]) => [join(FOLDER, name), code]));
  expect([...files.keys()].map((path) => path.slice(FOLDER.length + 1))).toEqual([
    'options.ts',
    'row_mean_model.ts',
    'row_mean.ts',
    'option_table.ts',
  ]);
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) =>
    ts.sys.readFile(path),
  ) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const onDisk = { ...host };
  host.directoryExists = (path) => path === FOLDER || onDisk.directoryExists!(path);
  host.fileExists = (path) => files.has(path) || onDisk.fileExists(path);
  host.readFile = (path) => files.get(path) ?? onDisk.readFile(path);
  const program = ts.createProgram(
    [...files.keys(), join(root, 'shaders/wgsl.d.ts')],
    options,
    host,
  );
  const faults = [...files.keys()].flatMap((path) => {
    const source = program.getSourceFile(path);
    return [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ].map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
  });
  expect(faults).toEqual([]);
});
