/** From the file's columns to the points that are clustered. */
import { pca, type PcaModel } from '../../src/index.js';
import type { RunOptions } from '../shared/worker_host.js';
import type { DataSettings } from './jobs.js';
import {
  type ColumnScales,
  type DataTable,
  type PointMatrix,
  standardized,
  toPoints,
} from './table.js';

/** Points, and what was done to the columns to make them. */
export interface Prepared {
  readonly settings: DataSettings;
  readonly points: PointMatrix;
  readonly scales?: ColumnScales;
  /** What the standardized columns were reduced by. */
  readonly reduction?: PcaModel;
}

export async function preparePoints(
  table: DataTable,
  settings: DataSettings,
  options: RunOptions,
): Promise<Prepared> {
  const { columns, standardize, components } = settings;
  const made = standardize ? standardized(table, columns) : { points: toPoints(table, columns) };
  if (components === 0) return { settings, ...made };
  const reduction = await pca(made.points, { nComponents: components, ...options });
  const points = await reduction.transform(made.points, options);
  return { settings, ...made, points, reduction };
}

/** Whether two settings make the same points. */
export function samePoints(a: DataSettings, b: DataSettings): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
