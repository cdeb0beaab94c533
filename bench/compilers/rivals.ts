/** How a default compares with the other candidates, by the compilers. */
import type { Evidence, Known, KnownContest } from './evidence.js';

/**
 * Clocks a multiply-add of the innermost loop. The compiler's model counts eight turns for every loop, so it
 * compares kernels whose innermost loops lie in as many others; undefined where there is no such loop.
 */
function clocksOf(kernel: Known, chip: string): { depth: number; clocks: number } | undefined {
  const { inverseThroughput, loop } = kernel.figures[chip] ?? {};
  if (inverseThroughput === undefined || !loop || loop.fma === 0) return undefined;
  return { depth: loop.depth, clocks: inverseThroughput / loop.fma };
}

export interface Compared {
  readonly contest: KnownContest;
  /** The fastest that compares, on the first chip where it is not the default. */
  readonly best: string;
  /** The default's clocks over the best's, by chip. */
  readonly ratios: Readonly<Record<string, number>>;
}

/** Of the contests that have candidates to compare. */
export function compareRivals({ contests, chips }: Evidence): readonly Compared[] {
  return contests.flatMap((contest) => {
    const [first, ...others] = contest.candidates;
    const ratios: Record<string, number> = {};
    let best = first.name;
    for (const { name: chip } of chips) {
      const own = clocksOf(first.kernel, chip);
      if (!own) continue;
      const rivals = others.flatMap(({ name, kernel }) => {
        const known = clocksOf(kernel, chip);
        return known?.depth === own.depth ? [{ name, clocks: known.clocks }] : [];
      });
      if (rivals.length === 0) continue;
      const fastest = rivals.reduce((a, b) => (b.clocks < a.clocks ? b : a));
      ratios[chip] = own.clocks / Math.min(own.clocks, fastest.clocks);
      if (best === first.name && fastest.clocks < own.clocks) best = fastest.name;
    }
    return Object.keys(ratios).length > 0 ? [{ contest, best, ratios }] : [];
  });
}
