/** What AMD's Vulkan driver writes about the kernels it compiles (RADV_DEBUG=shaderstats,asm). */
import { innermostLoop, type Loop } from './loops.js';

/** Begins the lines that say which kernel is next. */
export const MARK = '@@ ';

/** Of one kernel on one chip. */
export interface Figures {
  readonly vgprs: number;
  /** Registers that did not suffice, vector and scalar. */
  readonly spills: number;
  /** Bytes of each invocation's own memory. */
  readonly scratch: number;
  /** Bytes of workgroup memory. */
  readonly lds: number;
  /** Subgroups that one SIMD holds at a time. */
  readonly subgroups: number;
  readonly valu: number;
  readonly salu: number;
  readonly vmem: number;
  readonly smem: number;
  readonly codeBytes: number;
  /** Clocks from a subgroup's beginning to its end, and clocks a subgroup where they overlap, by the compiler's model. */
  readonly latency: number;
  readonly inverseThroughput: number;
  /** The innermost loop with the most multiply-adds. */
  readonly loop?: Loop;
}

const LABELS: Readonly<Record<Exclude<keyof Figures, 'loop' | 'spills'>, string>> = {
  vgprs: 'VGPRs',
  scratch: 'Scratch size',
  lds: 'LDS size',
  subgroups: 'Subgroups per SIMD',
  valu: 'VALU',
  salu: 'SALU',
  vmem: 'VMEM',
  smem: 'SMEM',
  codeBytes: 'Code size',
  latency: 'Latency',
  inverseThroughput: 'Inverse Throughput',
};

/** Throws where the driver left the kernel out. */
function figuresOf(text: string): Figures {
  const stats = new Map(
    [...text.matchAll(/^([A-Z][\w -]*): (\d+)$/gm)].map(([, label, value]) => [
      label,
      Number(value),
    ]),
  );
  const stat = (label: string): number => {
    const value = stats.get(label);
    if (value === undefined) throw new Error(`the driver says nothing of '${label}':\n${text}`);
    return value;
  };
  const named = Object.fromEntries(
    Object.entries(LABELS).map(([key, label]) => [key, stat(label)]),
  ) as Record<keyof typeof LABELS, number>;
  const loop = innermostLoop(text.slice(text.indexOf('disasm:')));
  const spills = stat('Spilled VGPRs') + stat('Spilled SGPRs');
  return { ...named, spills, ...(loop && { loop }) };
}

export interface Listing {
  readonly adapter: string;
  /** In the order of the kernels; undefined for one that needs what the chip has not. */
  readonly figures: readonly (Figures | undefined)[];
}

/** Throws where a kernel was refused or left out. */
export function readListing(text: string): Listing {
  let adapter = '';
  const figures: (Figures | undefined)[] = [];
  for (const part of text.split(`\n${MARK}`).slice(1)) {
    const [, what, said] = /^(\w+):? ?(.*)/.exec(part)!;
    if (what === 'refused') throw new Error(`a kernel was refused: ${said}`);
    if (what === 'adapter') adapter = said;
    if (what === 'without') figures.push(undefined);
    if (what === 'kernel') figures.push(figuresOf(part));
  }
  return { adapter, figures };
}
