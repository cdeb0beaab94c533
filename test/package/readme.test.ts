/** The examples of the README and the guides under the strict checks of TypeScript, with the types of the installed package. */
import { readdir, readFile } from 'node:fs/promises';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { installedPackage } from './installed.js';

const installed = installedPackage();

/** What the reader brings to an example. */
const GIVEN = `
declare const file: File;
declare const GPUBufferUsage: { readonly VERTEX: number };
declare const n: number;
declare function readPages(): AsyncIterable<Float32Array>;
declare const newRows: number[][];
declare const others: number[][];
declare const images: number[][];
declare const persons: Uint8Array;
declare const column: Float64Array;
declare const get: (key: string) => string | undefined;
declare const set: (key: string, value: string) => void;
declare const clear: () => void;
declare const device: GPUDevice;
declare const hiddenState: import('webgpu-clustering/interop').OrtTensor;
declare const mask: BigInt64Array;
`;

test('every example type-checks', async () => {
  const guides = (await readdir('docs/guide')).map((name) => `docs/guide/${name}`);
  const texts = await Promise.all(['README.md', ...guides].map((file) => readFile(file, 'utf8')));
  const examples = texts.flatMap((text) =>
    [...text.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code),
  );
  expect(examples.length).toBeGreaterThan(20);
  // Later examples go on with the points of the first.
  const points = /^const points = .*$/m.exec(examples[0])?.[0] ?? '';
  expect(points).not.toBe('');
  const files = await Promise.all(
    examples.map((code, i) =>
      installed.write(
        `example${i}.ts`,
        GIVEN + (code.includes(points) ? '' : points) + '\n' + code,
      ),
    ),
  );
  const program = ts.createProgram(files, {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    // As a page's project has it: no types of Node, none but the package's and the browser's.
    types: [],
    noEmit: true,
  });
  const faults = ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const line = file?.text.slice(start).split('\n')[0] ?? '';
    return `${ts.flattenDiagnosticMessageText(messageText, ' ')} at: ${line}`;
  });
  expect(faults).toEqual([]);
});
