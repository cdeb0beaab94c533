/** What must hold of the kernels that a graphics processor gets by default. */
import type { Evidence } from './evidence.js';
import { titleOf } from './kernels.js';
import { compareRivals } from './rivals.js';

/** Invocations of a workgroup at least: the largest subgroup there is. */
const FEWEST_INVOCATIONS = 64;
/** How much slower than its best rival a default may be, and on how many chips it may be more. */
const MOST_RATIO = 1.05;
const MOST_CHIPS = 1;

/** What is wrong, a line each. */
export function faultsOf(evidence: Evidence): readonly string[] {
  const faults: string[] = [];
  for (const kernel of evidence.kernels) {
    if (kernel.defaultOf.length === 0) continue;
    const title = titleOf(kernel);
    if (kernel.workgroup < FEWEST_INVOCATIONS) {
      faults.push(`${title}: workgroups of ${kernel.workgroup}`);
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
