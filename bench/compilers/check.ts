/** What must hold of the kernels that a graphics processor gets by default. */
import { ratioOf } from '../lines/count.js';
import type { Evidence } from './evidence.js';
import { titleOf } from './kernels.js';
import { compareRivals } from './rivals.js';
import { MOST_LINES } from './table.js';

/** Invocations of a workgroup at least: the largest subgroup there is. */
const FEWEST_INVOCATIONS = 64;
/** How much slower than its best rival a default may be, and on how many chips it may be more. */
const MOST_RATIO = 1.05;
const MOST_CHIPS = 1;

/**
 * What is wrong, a line each.
 *
 * @param reasons by kernel, why it touches more lines of memory than it needs
 */
export function faultsOf(
  evidence: Evidence,
  reasons: ReadonlyMap<string, string>,
): readonly string[] {
  const faults: string[] = [];
  for (const kernel of evidence.kernels) {
    if (kernel.defaultOf.length === 0) continue;
    const title = titleOf(kernel);
    if (kernel.workgroup < FEWEST_INVOCATIONS) {
      faults.push(`${title}: workgroups of ${kernel.workgroup}`);
    }
    if (kernel.lines && ratioOf(kernel.lines.inner) > MOST_LINES && !reasons.has(kernel.name)) {
      const { inner, worst } = kernel.lines;
      faults.push(
        `${title}: ${inner.lines} lines of memory for ${inner.ideal}, by ${worst.text} above all; ` +
          `mend it, or say why by a line '// Lines of memory: ...' in the kernel`,
      );
    }
    for (const [chip, figures] of Object.entries(kernel.figures)) {
      const { spills, scratch } = figures!;
      if (spills > 0) faults.push(`${title}: ${spills} registers spilled on ${chip}`);
      if (scratch > 0) faults.push(`${title}: ${scratch} bytes of scratch on ${chip}`);
    }
  }
  for (const { contest, best, ratios } of compareRivals(evidence)) {
    const slow = Object.entries(ratios).filter(([, ratio]) => ratio > MOST_RATIO);
    if (slow.length <= MOST_CHIPS) continue;
    const [first] = contest.candidates;
    const figures = slow.map(([chip, ratio]) => `${ratio.toFixed(2)} on ${chip}`).join(', ');
    faults.push(
      `${contest.kernel}, ${contest.shape}: ${first.name} takes times ${best}'s clocks: ${figures}`,
    );
  }
  return [...new Set(faults)];
}
