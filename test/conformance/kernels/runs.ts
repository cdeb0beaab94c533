/** How kernels that sum over rows cut them into runs, one a lane. */
import type { KernelConstants } from '../../../host/kernel.js';
import type { Lab } from './lab.js';

/** A kernel whose neighbouring invocations own clusters, and so go through the same run of rows. */
export interface ByClusters {
  readonly LANES: number;
  /** Clusters of a workgroup. */
  readonly WORKGROUP: number;
}

/** What the library may choose of it. */
export const BY_CLUSTERS: readonly (ByClusters & KernelConstants)[] = [4, 8].flatMap((LANES) =>
  [8, 16, 32].map((WORKGROUP) => ({ LANES, WORKGROUP })),
);

/** Those to compare with the twin: every number of lanes that the device's subgroups allow. */
export function allowedByClusters(lab: Lab): readonly (ByClusters & KernelConstants)[] {
  return BY_CLUSTERS.filter(
    ({ LANES, WORKGROUP }) =>
      LANES <= lab.runtime.subgroupSize && WORKGROUP === (LANES === 4 ? 32 : 8),
  );
}

/** Rows of a run, where runs are neighbouring rows. */
const runRows = (rows: number, lanes: number) => Math.ceil(rows / lanes);

/** Units that rows go in, each of so many runs. */
export interface Units {
  readonly unit_rows: number;
  readonly unit_lanes: number;
}

/** A unit of all rows, or two of them where the runs allow; where a run is a unit, as many as runs. */
export function unitsOf(rows: number, lanes: number, byClusters = false): Units {
  if (byClusters) return { unit_rows: runRows(rows, lanes), unit_lanes: 1 };
  const units = lanes % 2 === 0 && lanes > 2 ? 2 : 1;
  return { unit_rows: Math.ceil(rows / units), unit_lanes: lanes / units };
}

/** The rows of run `l`: every one of its unit that is as far as that has runs. */
export function rowsOfRun(rows: number, lanes: number, l: number, byClusters: boolean): number[] {
  const { unit_rows, unit_lanes } = unitsOf(rows, lanes, byClusters);
  return Array.from({ length: rows }, (_, row) => row).filter(
    (row) => Math.floor(row / unit_rows) * unit_lanes + ((row % unit_rows) % unit_lanes) === l,
  );
}
