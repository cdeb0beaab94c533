/** Rows as directions, on a device. */
import type { Workspace } from '../../host/workspace.js';
import normalizeRowsKernel from '../../shaders/rows/normalize_rows.wgsl';
import { InvalidArgumentError } from '../errors.js';
import { groups, NONE_FOUND, padColumns, sampleRows } from './device_points.js';
import { directionShift, noDirection, spreadRows } from './directions.js';
import { isStreamed, type PointSource } from './load_options.js';
import type { Preparation, Rows } from './rows.js';

/** What directions are less of, where the caller's rows are as they were given. */
export async function shiftOfDirections(
  workspace: Workspace,
  source: PointSource,
): Promise<Float64Array> {
  if (isStreamed(source)) return source.directionShift();
  const [n, d] = source.shape;
  const rows = spreadRows(n);
  return directionShift(await sampleRows(workspace, source, rows), rows.length, d);
}

/** Makes every row a direction less `by`; rows of zeros are refused once all were seen. */
export async function normalizing(
  workspace: Workspace,
  { shape: [, d], quads }: Pick<Rows, 'shape' | 'quads'>,
  by: Float64Array,
): Promise<{ readonly normalize: Preparation; readonly refuseZeros: () => Promise<void> }> {
  const { runtime } = workspace;
  const normalizeRows = await runtime.kernel(normalizeRowsKernel);
  const { found, shift } = await workspace.allocate({ found: 4, shift: 16 * quads });
  workspace.upload(shift, padColumns(by, 1, d));
  workspace.upload(found, new Uint32Array([NONE_FOUND]));
  return {
    normalize: (recording, { points, start, rows }) => {
      recording.dispatch(
        normalizeRows,
        { shape: { rows, quads, start }, shift, points, found },
        groups(normalizeRows, rows),
      );
    },
    refuseZeros: () => refuseZeroRows(workspace, found),
  };
}

async function refuseZeroRows(workspace: Workspace, found: GPUBuffer): Promise<void> {
  const [row] = new Uint32Array(await workspace.read(found, 0, 4));
  if (row !== NONE_FOUND) {
    throw new InvalidArgumentError('points', noDirection('points', row));
  }
}
