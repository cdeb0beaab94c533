import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeKernel, wgslPlugin } from '../../build/wgsl_plugin.js';

const KERNEL = `// Adds. A comment with fn, { and const FAKE = 1;
struct Shape {
  count: u32, // how many
  shift: i32,
  scale: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> values: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;

const WORKGROUP = 64;
const DEPTH: u32 = 2;
const WIDE = false;

var<workgroup> parts: array<f32, WORKGROUP>;

fn less(a: u32, b: u32) -> bool {
  if (a < b) {
    return b > a;
  }
  return false;
}

@compute @workgroup_size(WORKGROUP, DEPTH)
fn main(@builtin(global_invocation_id) id: vec3u) {
  sums[id.x] = values[id.x].x;
}
`;

const described = describeKernel('/shaders/add_up.wgsl', KERNEL);

describe('describeKernel', () => {
  test('names the kernel after its file', () => {
    expect(described.name).toBe('add_up');
  });

  test('lists bindings by name and number, with the uniform struct laid out', () => {
    expect(described.bindings).toEqual([
      {
        name: 'shape',
        binding: 0,
        type: 'uniform',
        size: 16,
        fields: [
          { name: 'count', offset: 0, kind: 'u32' },
          { name: 'shift', offset: 4, kind: 'i32' },
          { name: 'scale', offset: 8, kind: 'f32' },
        ],
      },
      { name: 'values', binding: 1, type: 'read-only-storage' },
      { name: 'sums', binding: 2, type: 'storage' },
    ]);
  });

  test('refuses offsets that the file sets, and numbers with gaps', () => {
    const spaced = KERNEL.replace('scale: f32', '@size(32) scale: f32,\n  @align(16) last: u32');
    expect(() => describeKernel('k.wgsl', spaced)).toThrow(/field 'last' is not the next word/);
    const gap = KERNEL.replace('@binding(2)', '@binding(3)');
    expect(() => describeKernel('k.wgsl', gap)).toThrow(/binding 'sums' is 3, not the next/);
  });

  test('lists constants and the workgroup size as they are written', () => {
    expect(described.constants).toEqual({ WORKGROUP: '64', DEPTH: '2', WIDE: 'false' });
    expect(described.workgroupSize).toEqual(['WORKGROUP', 'DEPTH']);
  });

  test('ships the text without its comments', () => {
    expect(described.code).not.toMatch(/\/\/|Adds|how many/);
    expect(described.code).toContain('if (a < b) {');
  });

  test.each([
    [
      'another group',
      '@group(0) @binding(1)',
      '@group(1) @binding(1)',
      /'values' is not in group 0/,
    ],
    ['a uniform that is no struct', 'shape: Shape;', 'shape: vec4f;', /'shape' is not a struct/],
    ['a vector in a uniform', 'shift: i32', 'shift: vec2f', /'shift' is vec2f?/],
    ['no workgroup size', '@workgroup_size(WORKGROUP, DEPTH)', '', /no @workgroup_size/],
  ])('refuses %s, naming the file', (_, text, replacement, message) => {
    const bad = () => describeKernel('bad.wgsl', KERNEL.replace(text, replacement));
    expect(bad).toThrow(/^bad\.wgsl: /);
    expect(bad).toThrow(message);
  });
});

describe('wgslPlugin', () => {
  let folder: string;
  let watched: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wgsl-plugin-test-'));
    watched = [];
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  type Load = (
    this: { addWatchFile: (path: string) => void },
    id: string,
  ) => Promise<string | null>;

  function load(id: string): Promise<string | null> {
    const context = { addWatchFile: (path: string) => watched.push(path) };
    return (wgslPlugin().load as Load).call(context, id);
  }

  test('puts in what a file imports, and watches both', async () => {
    const [file, shared] = [join(folder, 'sum.wgsl'), join(folder, 'lib', 'add.wgsl')];
    await mkdir(join(folder, 'lib'));
    await writeFile(shared, 'fn add(a: f32, b: f32) -> f32 {\n  return a + b;\n}\n');
    await writeFile(file, `// import lib/add.wgsl\n${KERNEL}`);
    const module = await load(`${file}?import`);
    const described = JSON.parse(module!.replace(/^export default |;$/g, '')) as { code: string };
    expect(described.code).toMatch(/^fn add\(a: f32/);
    expect(watched).toEqual([file, shared]);
  });

  test('fails where an import is missing', async () => {
    const file = join(folder, 'sum.wgsl');
    await writeFile(file, `// import lib/add.wgsl\n${KERNEL}`);
    await expect(load(file)).rejects.toThrow(/add\.wgsl/);
  });

  test('leaves other files alone', async () => {
    expect(await load(join(folder, 'sum.ts'))).toBeNull();
  });
});
