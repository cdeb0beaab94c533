/** The PCA suites. */
import type { Suite } from '../case.js';
import { pcaBackground } from './background.js';
import { pcaGolden } from './golden.js';
import { pcaInput } from './input.js';
import { pcaKinds } from './kinds.js';
import { pcaModel } from './model.js';
import { pcaSolvers } from './solvers.js';
import { pcaStreams } from './streams.js';

export const pcaSuites: readonly Suite[] = [
  pcaModel,
  pcaSolvers,
  pcaInput,
  pcaBackground,
  pcaKinds,
  pcaGolden,
  pcaStreams,
];
