/** Kernels: WGSL text with its description, specialised by constants and bound by name. */
import { KernelError } from './errors.js';
import { permute } from './permutation.js';

export type FieldKind = 'u32' | 'i32' | 'f32';

export interface UniformField {
  readonly name: string;
  readonly offset: number;
  readonly kind: FieldKind;
}

export type KernelBinding =
  | {
      readonly name: string;
      readonly binding: number;
      readonly type: 'storage' | 'read-only-storage';
    }
  | {
      readonly name: string;
      readonly binding: number;
      readonly type: 'uniform';
      readonly size: number;
      readonly fields: readonly UniformField[];
    };

/** A `.wgsl` file as the build hands it over (build/wgsl_plugin.ts). */
export interface KernelSource {
  readonly name: string;
  readonly code: string;
  readonly bindings: readonly KernelBinding[];
  /** The file's `const NAME = value;` lines. */
  readonly constants: Readonly<Record<string, string>>;
  /** Up to three numbers or constant names. */
  readonly workgroupSize: readonly string[];
}

/** A line whose value the host may replace, its beginning and its name. */
const CONSTANT = /^(const (\w+)(?:\s*:\s*\w+)? ?= ?)[^;]+;/gm;

/** Values for a kernel's `const NAME = value;` lines. */
export type KernelConstants = Readonly<Record<string, number | boolean>>;

/** Values for a uniform struct's fields. */
export type UniformValues = Readonly<Record<string, number>>;

/** A buffer, whole or in part, as bound to a storage binding. */
export type BufferBinding = GPUBuffer | GPUBufferBinding;

/** What a dispatch binds: a buffer for each storage name, field values for each uniform name. */
export type KernelBindings = Readonly<Record<string, BufferBinding | UniformValues>>;

/** What was specialised before, by constants: a fit of many small steps asks for the same kernels thousands of times. */
const specialized = new WeakMap<KernelSource, Map<string, string>>();

/** The WGSL text with constants replaced and # lines carried out. Throws KernelError on an unknown name. */
export function specialize(source: KernelSource, constants: KernelConstants): string {
  let known = specialized.get(source);
  if (!known) specialized.set(source, (known = new Map<string, string>()));
  const key = JSON.stringify(constants);
  let code = known.get(key);
  if (code === undefined) known.set(key, (code = textOf(source, constants)));
  return code;
}

function textOf(source: KernelSource, constants: KernelConstants): string {
  for (const name of Object.keys(constants)) {
    if (!(name in source.constants)) {
      refuseNames(source, Object.keys(source.constants), constants);
    }
  }
  const values = { ...source.constants, ...constants };
  return permute(source.code, values).replace(
    CONSTANT,
    (_, start: string, name: string) => `${start}${values[name]};`,
  );
}

/** Invocations in a workgroup after `constants` are put in. */
export function workgroupInvocations(source: KernelSource, constants: KernelConstants): number {
  return source.workgroupSize
    .map((part) => Number({ ...source.constants, ...constants }[part] ?? part))
    .reduce((product, size) => product * size, 1);
}

function refuseNames({ name }: KernelSource, known: readonly string[], given: object): never {
  throw new KernelError(
    `kernel '${name}' has ${known.join(', ')}; given: ${Object.keys(given).join(', ')}.`,
  );
}

/** Throws KernelError unless `bindings` names exactly the kernel's bindings. */
export function checkBindings(source: KernelSource, bindings: KernelBindings): void {
  const known = source.bindings.map(({ name }) => name);
  const isSame = Object.keys(bindings).length === known.length;
  if (!isSame || !known.every((name) => name in bindings)) refuseNames(source, known, bindings);
}

export const MAX_F32 = 3.4028234663852886e38;
export const MAX_U32 = 2 ** 32 - 1;
/** The numbers each kind of uniform field can hold. */
const RANGES: Readonly<Record<FieldKind, readonly [least: number, most: number]>> = {
  u32: [0, MAX_U32],
  i32: [-(2 ** 31), 2 ** 31 - 1],
  f32: [-MAX_F32, MAX_F32],
};

/**
 * Writes a uniform struct at `offset` of `view`. Throws KernelError unless every field is named,
 * with a number that it can hold.
 */
export function writeUniform(
  source: KernelSource,
  fields: readonly UniformField[],
  values: UniformValues,
  view: DataView,
  offset: number,
): void {
  for (const field of fields) {
    const value = values[field.name] as number | undefined;
    const [least, most] = RANGES[field.kind];
    const whole = field.kind === 'f32' || Number.isInteger(value);
    if (value === undefined || !(value >= least && value <= most && whole)) {
      throw new KernelError(
        `kernel '${source.name}': uniform field '${field.name}' is ${String(value)}; ` +
          `give a ${field.kind === 'f32' ? 'finite' : 'whole'} number in [${least}, ${most}].`,
      );
    }
    const at = offset + field.offset;
    if (field.kind === 'f32') view.setFloat32(at, value, true);
    else if (field.kind === 'u32') view.setUint32(at, value, true);
    else view.setInt32(at, value, true);
  }
  if (Object.keys(values).length > fields.length) {
    refuseNames(
      source,
      fields.map(({ name }) => name),
      values,
    );
  }
}
