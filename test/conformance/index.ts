/** Every conformance suite. All of them run on every engine (test/engines/). */
import type { Suite } from './case.js';
import { algebraSuite } from './algebra/index.js';
import { compat } from './compat/index.js';
import { contract } from './contract/index.js';
import { economy } from './economy.js';
import { estimates } from './estimate.js';
import { gapStatisticSuite } from './gap_statistic/index.js';
import { host } from './host.js';
import { images } from './images.js';
import { kernels } from './kernels.js';
import { kmeansSuites } from './kmeans/index.js';
import { maps } from './maps/index.js';
import { numericsSuites } from './numerics/index.js';
import { pcaSuites } from './pca/index.js';
import { mixtureSuites } from './mixture/index.js';
import { scores } from './scores.js';
import { onlineKMeansSuite } from './online_kmeans/index.js';
import { density } from './density/index.js';
import { neighbours } from './neighbours/index.js';
import { spectral } from './spectral/index.js';
import { networks } from './networks/index.js';
import { transforms } from './transforms/index.js';
import { scattering } from './scattering/index.js';
import { subspace } from './subspace/index.js';
import { interop } from './interop.js';
import { smoke } from './smoke.js';

export const suites: readonly Suite[] = [
  smoke,
  host,
  contract,
  economy,
  kernels,
  algebraSuite,
  ...kmeansSuites,
  onlineKMeansSuite,
  maps,
  ...mixtureSuites,
  ...pcaSuites,
  ...numericsSuites,
  scores,
  gapStatisticSuite,
  neighbours,
  density,
  compat,
  spectral,
  networks,
  transforms,
  estimates,
  subspace,
  images,
  interop,
  scattering,
];
