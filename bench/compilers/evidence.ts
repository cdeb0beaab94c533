/** Everything known: kernels of each class of adapter, and what the compilers say of them. */
import { type Chip, type ClassName } from './adapter_classes.js';
import type { Catch, CaughtContest, CaughtKernel } from './kernels.js';
import type { Figures } from './listing.js';
import { catchKernels, compile } from './processes.js';

/** A kernel, with the classes that have it by default, and figures by chip. */
export interface Known extends CaughtKernel {
  readonly defaultOf: readonly ClassName[];
  readonly figures: Readonly<Partial<Record<string, Figures>>>;
}

export interface KnownContest extends Omit<CaughtContest, 'candidates'> {
  readonly adapterClass: ClassName;
  /** The default first. */
  readonly candidates: readonly { readonly name: string; readonly kernel: Known }[];
}

export interface Evidence {
  readonly chips: readonly Chip[];
  /** What the adapters call themselves, driver included, by chip. */
  readonly adapters: Readonly<Record<string, string>>;
  readonly kernels: readonly Known[];
  readonly contests: readonly KnownContest[];
}

/** Runs the fits as on each class, and the compiler of each chip over all kernels. */
export async function gather(
  classes: readonly ClassName[],
  chips: readonly Chip[],
  countsLines: boolean,
  say: (what: string) => void,
): Promise<Evidence> {
  const caught = new Map<ClassName, Catch>();
  await Promise.all(
    classes.map(async (name) => {
      // Kernels' addresses do not depend on the class, and to log them takes long.
      const options = countsLines && name === 'of32' ? { linesOf: '' } : {};
      caught.set(name, await catchKernels(name, options));
      say(`${name}: ${caught.get(name)!.kernels.length} kernels`);
    }),
  );
  const texts = new Map<string, CaughtKernel & { defaultOf: ClassName[] }>();
  for (const name of classes) {
    for (const kernel of caught.get(name)!.kernels) {
      const known = texts.get(kernel.code) ?? { ...kernel, defaultOf: [] };
      if (kernel.isDefault) known.defaultOf.push(name);
      texts.set(kernel.code, known);
    }
  }
  const all = [...texts.values()];
  const adapters: Record<string, string> = {};
  const figures = all.map((): Record<string, Figures> => ({}));
  for (const chip of chips) {
    const listing = await compile(chip, all);
    if (listing.figures.length !== all.length) {
      throw new Error(
        `${chip.name}: ${listing.figures.length} of ${all.length} kernels were compiled`,
      );
    }
    adapters[chip.name] = listing.adapter;
    listing.figures.forEach((of, at) => {
      if (of) figures[at][chip.name] = of;
    });
    say(`${chip.name}: ${all.length} compiled`);
  }
  const kernels = all.map((kernel, at) => ({ ...kernel, figures: figures[at] }));
  const byCode = new Map(kernels.map((kernel) => [kernel.code, kernel]));
  const contests = classes.flatMap((adapterClass) => {
    const { kernels: own, contests: contested } = caught.get(adapterClass)!;
    return contested.map(({ candidates, ...contest }) => ({
      ...contest,
      adapterClass,
      candidates: candidates.map(({ name, kernel }) => ({
        name,
        kernel: byCode.get(own[kernel].code)!,
      })),
    }));
  });
  return { chips, adapters, kernels, contests };
}
