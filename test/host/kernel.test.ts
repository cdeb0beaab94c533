import { describe, expect, test } from 'vitest';
import { KernelError } from '../../host/errors.js';
import {
  checkBindings,
  type KernelSource,
  specialize,
  workgroupInvocations,
  writeUniform,
} from '../../host/kernel.js';

const source: KernelSource = {
  name: 'example',
  code: [
    'const WORKGROUP = 64;',
    'const DEPTH: u32 = 2;',
    'const WIDE = false;',
    'fn f() { let x = WORKGROUP; const DEPTH_2 = 1; }',
  ].join('\n'),
  bindings: [
    { name: 'values', binding: 1, type: 'storage' },
    {
      name: 'shape',
      binding: 0,
      type: 'uniform',
      size: 16,
      fields: [
        { name: 'count', offset: 0, kind: 'u32' },
        { name: 'shift', offset: 4, kind: 'i32' },
        { name: 'scale', offset: 12, kind: 'f32' },
      ],
    },
  ],
  constants: { WORKGROUP: '64', DEPTH: '2', WIDE: 'false' },
  workgroupSize: ['WORKGROUP', 'DEPTH', '3'],
};

describe('specialize', () => {
  test('replaces the constant lines and nothing else', () => {
    expect(specialize(source, { WORKGROUP: 8, DEPTH: 5, WIDE: true })).toBe(
      [
        'const WORKGROUP = 8;',
        'const DEPTH: u32 = 5;',
        'const WIDE = true;',
        'fn f() { let x = WORKGROUP; const DEPTH_2 = 1; }',
      ].join('\n'),
    );
  });

  test('leaves the text as it is without constants', () => {
    expect(specialize(source, {})).toBe(source.code);
  });

  test('refuses an unknown constant and names those there are', () => {
    expect(() => specialize(source, { TILE: 1 })).toThrow(KernelError);
    expect(() => specialize(source, { TILE: 1 })).toThrow(
      /'example' has WORKGROUP, DEPTH.*; given: TILE/,
    );
  });
});

test.each([
  [{}, 64 * 2 * 3],
  [{ WORKGROUP: 32 }, 32 * 2 * 3],
])('invocations of a workgroup with %j', (constants, invocations) => {
  expect(workgroupInvocations(source, constants)).toBe(invocations);
});

describe('checkBindings', () => {
  const buffer = {} as GPUBuffer;

  test('accepts exactly the names there are', () => {
    checkBindings(source, { shape: {}, values: buffer });
  });

  test.each([
    ['missing', { shape: {} }, /has values, shape; given: shape\.$/],
    ['unknown', { shape: {}, values: buffer, value: buffer }, /given: shape, values, value\.$/],
    ['misspelt', { shape: {}, vlaues: buffer }, /given: shape, vlaues\.$/],
  ])('refuses %s names', (_, bindings, message) => {
    expect(() => {
      checkBindings(source, bindings);
    }).toThrow(KernelError);
    expect(() => {
      checkBindings(source, bindings);
    }).toThrow(message);
  });
});

describe('writeUniform', () => {
  const [, shape] = source.bindings;
  const fields = shape.type === 'uniform' ? shape.fields : [];
  const values = { count: 2 ** 32 - 1, shift: -7, scale: 0.5 };
  const write = (given: Readonly<Record<string, number>>) => {
    const view = new DataView(new ArrayBuffer(64));
    writeUniform(source, fields, given, view, 16);
    return view;
  };

  test('puts every field at its offset, little-endian', () => {
    const view = write(values);
    expect(view.getUint32(16, true)).toBe(values.count);
    expect(view.getInt32(20, true)).toBe(values.shift);
    expect(view.getFloat32(28, true)).toBe(values.scale);
    const others = new Uint8Array(view.buffer).filter((_, at) => at < 16 || at >= 32);
    expect(others.every((byte) => byte === 0)).toBe(true);
  });

  test.each([
    ['no value', { count: 1, shift: 0 }, /'scale' is undefined.*finite/],
    ['NaN', { ...values, scale: Number.NaN }, /'scale' is NaN/],
    ['infinity', { ...values, scale: Number.POSITIVE_INFINITY }, /'scale' is Infinity/],
    ['more than float32 holds', { ...values, scale: 1e39 }, /'scale' is 1e\+39/],
    ['a negative u32', { ...values, count: -1 }, /'count' is -1; give a whole number.*\[0, /],
    ['2^32', { ...values, count: 2 ** 32 }, /'count' is 4294967296/],
    ['a fraction', { ...values, shift: 1.5 }, /'shift' is 1.5/],
    ['an unknown field', { ...values, size: 1 }, /has count, shift, scale; given: .*size/],
  ])('refuses %s', (_, given, message) => {
    expect(() => write(given)).toThrow(KernelError);
    expect(() => write(given)).toThrow(message);
  });
});
