/** The K-means suites. */
import type { Suite } from '../case.js';
import { kmeansBounded } from './bounded.js';
import { kmeansChunks } from './chunks.js';
import { kmeansControl } from './control.js';
import { kmeansCosine } from './cosine.js';
import { kmeansDegenerate } from './degenerate.js';
import { kmeansDeterminism } from './determinism.js';
import { kmeansDevice } from './device.js';
import { kmeansEnergy } from './energy.js';
import { kmeansFailure } from './failure.js';
import { kmeansGolden } from './golden.js';
import { kmeansHard } from './hard.js';
import { kmeansInput } from './input.js';
import { kmeansInvariance } from './invariance.js';
import { kmeansMiniBatch } from './mini_batch.js';
import { kmeansModel } from './model.js';
import { kmeansOnDevice } from './on_device.js';
import { kmeansObjective } from './objective.js';
import { kmeansRestarts } from './restarts.js';
import { kmeansStorage } from './storage.js';
import { kmeansStreamErrors } from './stream_errors.js';
import { kmeansStreams } from './streams.js';
import { kmeansTuning } from './tuning.js';
import { kmeansTwin } from './twin.js';
import { kmeansWeights } from './weights.js';
import { kmeansWholeNumbers } from './whole_numbers.js';

export const kmeansSuites: readonly Suite[] = [
  kmeansObjective,
  kmeansModel,
  kmeansWeights,
  kmeansInvariance,
  kmeansDegenerate,
  kmeansCosine,
  kmeansDeterminism,
  kmeansControl,
  kmeansHard,
  kmeansInput,
  kmeansTwin,
  kmeansTuning,
  kmeansStorage,
  kmeansWholeNumbers,
  kmeansBounded,
  kmeansChunks,
  kmeansRestarts,
  kmeansStreams,
  kmeansStreamErrors,
  kmeansMiniBatch,
  kmeansEnergy,
  kmeansDevice,
  kmeansOnDevice,
  kmeansFailure,
  kmeansGolden,
];
