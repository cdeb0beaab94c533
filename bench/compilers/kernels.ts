/** Kernels as the library had them made for a class of adapter. */
import type { KernelBinding, KernelConstants } from '../../host/kernel.js';
import type { Lines } from '../lines/count.js';

/** One text, whoever wants it. */
export interface CaughtKernel {
  /** The file's name. */
  readonly name: string;
  readonly constants: KernelConstants;
  readonly code: string;
  readonly bindings: readonly Pick<KernelBinding, 'binding' | 'type'>[];
  /** Invocations in a workgroup. */
  readonly workgroup: number;
  /** The work it was first wanted for. */
  readonly work: string;
  /** Whether the library takes it on such an adapter before anything was raced. */
  readonly isDefault: boolean;
  /** Of memory; absent where the kernel was not run, or with fewer lanes than it asks for. */
  readonly lines?: Lines;
}

/** A choice among kernels: numbers of them, the default first. */
export interface CaughtContest {
  readonly kernel: string;
  readonly shape: string;
  readonly work: string;
  readonly candidates: readonly { readonly name: string; readonly kernel: number }[];
}

/** All that a class of adapter gets. */
export interface Catch {
  readonly kernels: readonly CaughtKernel[];
  readonly contests: readonly CaughtContest[];
}

/** A kernel's name and what sets it apart from others of its file. */
export function titleOf({ name, constants }: Pick<CaughtKernel, 'name' | 'constants'>): string {
  const parts = Object.entries(constants)
    .filter(([, value]) => value !== false)
    .map(([key, value]) => (value === true ? key : `${key} ${value}`));
  return parts.length > 0 ? `${name} (${parts.join(', ')})` : name;
}
