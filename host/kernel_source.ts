/** A kernel's description as it is shipped: in few letters, as there are many kernels. */
import type { FieldKind, KernelBinding, KernelSource } from './kernel.js';

/** Lines whose value the host may replace: `const NAME = value;`. */
const CONSTANT = /^const (\w+)(?:\s*:\s*\w+)? ?= ?([^;]+);/gm;
const WORKGROUP_SIZE = /@workgroup_size\(([^)]+)\)/;
const TYPES = { '<': 'read-only-storage', '>': 'storage' } as const;
const KINDS: Readonly<Record<string, FieldKind>> = { i: 'i32', f: 'f32' };

/**
 * @param name the file's
 * @param bindings by number, separated by spaces: `points<` is read, `labels>` written, and
 *   `shape=rows,scale:f` a uniform struct of a u32 and an f32
 */
export function kernelSource(name: string, code: string, bindings: string): KernelSource {
  return {
    name,
    code,
    bindings: bindings.split(' ').map(readBinding),
    constants: Object.fromEntries([...code.matchAll(CONSTANT)].map((m) => [m[1], m[2].trim()])),
    workgroupSize: (WORKGROUP_SIZE.exec(code)?.[1] ?? '').split(',').map((part) => part.trim()),
  };
}

function readBinding(text: string, binding: number): KernelBinding {
  const [, name, sign, rest] = /(\w+)(.)(.*)/.exec(text)!;
  if (sign === '<' || sign === '>') return { name, binding, type: TYPES[sign] };
  const fields = rest.split(',').map((field, i) => {
    const [of, kind] = field.split(':');
    return { name: of, offset: 4 * i, kind: KINDS[kind] ?? 'u32' };
  });
  // Uniform bindings are sized in steps of 16 bytes.
  return { name, binding, type: 'uniform', size: 16 * Math.ceil(fields.length / 4), fields };
}
