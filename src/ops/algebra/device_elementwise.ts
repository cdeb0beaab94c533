/** What is done to the numbers of matrices one by one, on a device. */
import {
  type BufferBinding,
  type KernelConstants,
  type KernelSource,
  MAX_F32,
  type UniformValues,
} from '../../../host/kernel.js';
import { ceilDiv } from '../../../host/plan.js';
import linearCombinationKernel from '../../../shaders/algebra/linear_combination.wgsl';
import { groups, paced } from '../../rows/device_points.js';
import { activationNumber } from './activation.js';
import type { Epilogue } from './algebra.js';
import type { Desk } from './desk.js';
import { bufferOf, type View } from './device_matrix.js';

/** Multiply-adds that an invocation with a few loads and stores is worth. */
const LIGHT_WORK = 32;

const flag = (name: string) => parseInt(linearCombinationKernel.constants[name]);
const BIASED = flag('BIASED');
const ZERO_DIAGONAL = flag('ZERO_DIAGONAL');
const LOWER = flag('LOWER');
const ACTIVATED = flag('ACTIVATED');

/** Runs so many invocations of a kernel, from its `first` on, in dispatches that stay short. */
export async function runOver(
  { workspace }: Pick<Desk, 'workspace'>,
  source: KernelSource,
  constants: KernelConstants,
  shape: UniformValues,
  buffers: Readonly<Record<string, BufferBinding>>,
  invocations: number,
  work = LIGHT_WORK,
): Promise<void> {
  const { runtime } = workspace;
  const kernel = await runtime.kernel(source, constants);
  workspace.run(source.name, (recording) => {
    const all = { start: 0, rows: invocations };
    for (const { start, rows } of paced(runtime, all, work, kernel.workgroup)) {
      const bindings = { shape: { ...shape, first: start }, ...buffers };
      recording.dispatch(kernel, bindings, groups(kernel, rows));
    }
  });
}

export interface DeviceEpilogue extends Epilogue {
  /** Numbers above the diagonal become 0. */
  readonly lower?: boolean;
}

/** What kernels are made for: the constant ACTIVATION. relu needs no kernel of its own. */
export const curveOf = ({ activation = 'linear' }: Epilogue): number =>
  activation === 'relu' ? 0 : activationNumber(activation);

/** An epilogue as kernels take it. */
export function epilogueOf(
  { unread }: Desk,
  epilogue: DeviceEpilogue,
): { readonly values: UniformValues; readonly bias: BufferBinding } {
  const { bias, softThreshold = 0, clampAtZero, zeroDiagonal, lower } = epilogue;
  const flags =
    (bias ? BIASED : 0) +
    (zeroDiagonal ? ZERO_DIAGONAL : 0) +
    (lower ? LOWER : 0) +
    (curveOf(epilogue) > 0 ? ACTIVATED : 0);
  return {
    values: {
      ...{ flags, threshold: softThreshold },
      least: clampAtZero || epilogue.activation === 'relu' ? 0 : -MAX_F32,
    },
    bias: bias ? bufferOf(bias) : unread,
  };
}

/** C = epilogue(own C + sum of the terms + diagonal I). */
export interface Combination extends DeviceEpilogue {
  readonly terms: readonly (readonly [factor: number, view: View])[];
  readonly into: View;
  readonly own?: number;
  readonly diagonal?: number;
  /** Of a matrix. */
  readonly rows: number;
  readonly columns: number;
  /** Matrices of a stack. */
  readonly count?: number;
}

export async function combine(desk: Desk, job: Combination): Promise<void> {
  const { terms, into, own = 0, diagonal = 0, rows, columns, count = 1 } = job;
  const buffers: Record<string, BufferBinding> = {};
  const shape: Record<string, number> = {};
  for (let t = 0; t < 3; t++) {
    const [factor, view] = t < terms.length ? terms[t] : [0, undefined];
    buffers[`x${t}`] = view?.buffer ?? desk.unread;
    shape[`first${t}`] = view?.first ?? 0;
    shape[`stride${t}`] = view?.stride ?? 0;
    shape[`factor${t}`] = factor;
  }
  const { values, bias } = epilogueOf(desk, job);
  await runOver(
    desk,
    linearCombinationKernel,
    { TERMS: terms.length, ACTIVATION: curveOf(job) },
    {
      ...{ ...shape, ...values, own, diagonal, rows, columns, all_rows: rows * count },
      ...{ c_first: into.first, c_stride: into.stride },
    },
    { ...buffers, bias, c: into.buffer },
    rows * count * ceilDiv(columns, 4),
  );
}
