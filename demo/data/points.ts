/** From the file's columns to the points that are clustered. */
import { type ColumnScale, columnScale, standardize } from '../../src/cli/table_math.js';
import { pca, type PcaModel } from '../../src/index.js';
import type { RunOptions } from '../shared/worker_host.js';
import type { DataSettings } from './jobs.js';
import { type DataTable, type PointMatrix, type PointRows, toPoints } from './table.js';

/** Points, and what was done to the columns to make them. */
export interface Prepared extends PointRows {
  readonly settings: DataSettings;
  /** The chosen columns as the file has them. */
  readonly columns: PointMatrix;
  readonly scales?: ColumnScale;
  /** What the standardized columns were reduced by. */
  readonly reduction?: PcaModel;
}

export async function preparePoints(
  table: DataTable,
  settings: DataSettings,
  options: RunOptions,
): Promise<Prepared> {
  const { components, missing } = settings;
  const { points: plain, rows } = toPoints(table, settings.columns, missing);
  const scales = settings.standardize ? columnScale(plain) : undefined;
  const scaled = scales ? standardize(plain, scales) : plain;
  const made = {
    settings,
    columns: plain,
    points: scaled,
    ...(rows && { rows }),
    ...(scales && { scales }),
  };
  if (components === 0) return made;
  const reduction = await pca(scaled, { nComponents: components, ...options });
  const points: PointMatrix = await reduction.transform(scaled, options);
  return { ...made, points, reduction };
}

/** Whether two settings make the same points. */
export function samePoints(a: DataSettings, b: DataSettings): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
