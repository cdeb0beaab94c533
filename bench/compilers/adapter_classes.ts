/** The classes of real adapters that kernels are built for, and the chips whose compiler is asked. */

/** What an adapter says of its subgroups. */
export interface AdapterClass {
  /** 'subgroups of 32', ... */
  readonly name: string;
  /** Least and most invocations of a subgroup; absent where there are no subgroups. */
  readonly subgroups?: readonly [least: number, most: number];
}

/** NVIDIA and Apple have 32 invocations, AMD's RDNA 32 or 64 by kernel, GCN 64; Firefox tells of none. */
export const CLASSES = {
  of32: { name: 'subgroups of 32', subgroups: [32, 64] },
  of64: { name: 'subgroups of 64', subgroups: [64, 64] },
  none: { name: 'no subgroups' },
} as const satisfies Readonly<Record<string, AdapterClass>>;

export type ClassName = keyof typeof CLASSES;
export const CLASS_NAMES = Object.keys(CLASSES) as ClassName[];

/** A graphics processor of AMD's that its driver can be made to believe in. */
export interface Chip {
  /** What Mesa calls it. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** What it is where a browser has subgroups. */
  readonly adapterClass: ClassName;
}

export const CHIPS: readonly Chip[] = [
  { name: 'navi31', title: 'RDNA 3, Radeon RX 7900', adapterClass: 'of32' },
  { name: 'navi21', title: 'RDNA 2, Radeon RX 6800', adapterClass: 'of32' },
  { name: 'vangogh', title: 'RDNA 2, Steam Deck', adapterClass: 'of32' },
  { name: 'vega10', title: 'GCN 5, Radeon RX Vega 64', adapterClass: 'of64' },
  { name: 'polaris10', title: 'GCN 4, Radeon RX 480', adapterClass: 'of64' },
];
