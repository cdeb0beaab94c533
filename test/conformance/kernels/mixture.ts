/** The kernels of Gaussian mixtures. */
import { addRuns, carryRuns } from './add_runs.js';
import { cholesky, triangularInverse } from './cholesky.js';
import { covariances } from './covariances.js';
import { endIteration } from './end_iteration.js';
import { gram, gramWithSubgroups } from './gram.js';
import type { KernelTest } from './kernel_test.js';
import {
  logDensity,
  logDensityDiagonal,
  logDensityNarrow,
  logDensitySubgroups,
} from './log_density.js';
import { moments, momentsSubgroups } from './moments.js';
import { scaleColumns } from './change_columns.js';
import { softmax } from './softmax.js';
import { updateDiagonal } from './update_diagonal.js';
import { updateMeans } from './update_means.js';
import { whiten } from './whiten.js';

export const mixtureKernels: readonly KernelTest[] = [
  gram,
  gramWithSubgroups,
  addRuns,
  carryRuns,
  scaleColumns,
  logDensity,
  logDensitySubgroups,
  logDensityNarrow,
  logDensityDiagonal,
  whiten,
  softmax,
  moments,
  momentsSubgroups,
  updateMeans,
  updateDiagonal,
  covariances,
  cholesky,
  triangularInverse,
  endIteration,
];
