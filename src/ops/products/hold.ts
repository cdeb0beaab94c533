/** Rows as X^T X and maps of them want them: in float32, in any range. */
import { ceilDiv } from '../../../host/plan.js';
import type { Workspace } from '../../../host/workspace.js';
import { createRandom } from '../../math/random.js';
import { mostRows, sampleRows } from '../../rows/device_points.js';
import type { PointSource } from '../../rows/load_options.js';
import { openPoints } from '../../rows/open_rows.js';
import { powerInRange } from '../../rows/range.js';
import type { DevicePoints } from '../../rows/rows.js';
import type { Hold } from '../op.js';
import { backgroundShift } from './background.js';
import { listedRows } from './gram_listed.js';
import { prefersSubgroups } from './gram_subgroups.js';

/** With fewer rows X^T X takes no longer than looking for what could be left out. */
const FEWEST_ROWS = 4096;
/** Drawn at random, so that a mean of theirs is within a standard deviation of the mean of all. */
const SAMPLED_ROWS = 256;

const sparse = new WeakSet<DevicePoints>();

/** Whether most of what the rows hold is zeros. */
export const isSparse = (points: DevicePoints): boolean => sparse.has(points);

export const forProducts: Hold = {
  onDevice: (workspace, source, { shift }) =>
    openPoints(workspace, source, { shift, scaleOf: powerInRange }),
};

/**
 * Subtracts what makes X^T X cheap, as long as the squared distance of the mean stays within a few
 * variances of each column.
 */
export const forGram: Hold = {
  onDevice: async (workspace, source, { shift }) => {
    const less = await findBackground(workspace, source);
    const align = less && listedRows(ceilDiv(source.shape[1], 4));
    const opening = { shift, less, align, scaleOf: powerInRange };
    const points = await openPoints(workspace, source, opening);
    if (less) sparse.add(points);
    return points;
  },
};

/** What to subtract so that X^T X has much to leave out; undefined where that is not worth looking for. */
async function findBackground(
  workspace: Workspace,
  source: PointSource,
): Promise<Float64Array | undefined> {
  const [n, d] = source.shape;
  const { runtime } = workspace;
  if (n < FEWEST_ROWS || !prefersSubgroups(runtime, d)) return undefined;
  const quads = ceilDiv(d, 4);
  if (mostRows(runtime, quads) < Math.min(n, listedRows(quads))) return undefined;
  const random = createRandom(0);
  const sampled = Array.from({ length: SAMPLED_ROWS }, () => random.below(n));
  const sample = await sampleRows(workspace, source, sampled);
  return backgroundShift(sample, SAMPLED_ROWS, d);
}
