/** The caller's rows with all their digits, for methods that decide in float64. */
import type { Workspace } from '../../host/workspace.js';
import {
  type CheckedMatrix,
  type GpuMatrix,
  isGpuMatrix,
  isLaidOut,
  type Points,
  type RawRows,
  readRows,
  toFloat32,
} from './matrix.js';
import { checkPoints } from './points.js';

/** Rows, checked, and where they are the host's with all their digits. */
export interface GivenRows {
  readonly checked: CheckedMatrix | GpuMatrix;
  readonly exact: RawRows | undefined;
}

/** @throws ShapeError, NonFiniteError, InvalidArgumentError, also for a stream */
export async function givenRows(what: string, points: Points): Promise<GivenRows> {
  if (typeof points !== 'object' || (points as unknown) === null || !isGpuMatrix(points)) {
    const exact = readRows(what, points);
    return { checked: toFloat32(what, exact, { shift: 'none' }), exact };
  }
  return { checked: await checkPoints(what, points), exact: undefined };
}

/** Rows that lie on the device, which are float32. Throws NonFiniteError. */
export async function readExact(workspace: Workspace, matrix: GpuMatrix): Promise<RawRows> {
  const { buffer, shape } = isLaidOut(matrix)
    ? await (await import('./laid_out.js')).denseRows(workspace, matrix)
    : matrix;
  const bytes = await workspace.read(buffer, 0, 4 * shape[0] * shape[1]);
  const rows = readRows('points', { data: new Float32Array(bytes), shape });
  toFloat32('points', rows, { shift: 'none' });
  return rows;
}
