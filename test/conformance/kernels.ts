/** Every kernel alone against its twin, and every text of it that the library can build. */
/// <reference types="vite/types/importMeta.d.ts" />
import type { KernelSource } from '../../host/kernel.js';
import type { Case, Suite } from './case.js';
import { expectEqual } from './expect.js';
import { accumulate } from './kernels/accumulate.js';
import { lineSums, scale, shrink, turn } from './kernels/algebra_elementwise.js';
import { activeRows } from './kernels/active_rows.js';
import { affine } from './kernels/affine.js';
import { affinePrecise } from './kernels/affine_precise.js';
import {
  assign,
  assignDirect,
  assignFew,
  assignNarrow,
  assignNarrowSubgroups,
  assignSubgroups,
} from './kernels/assign.js';
import { batchMap, batchMapSubgroups } from './kernels/batch_map.js';
import { boundsDrifts, boundsFilter } from './kernels/bounds.js';
import { boundsScan, boundsScanSubgroups, boundsSettle } from './kernels/bounds_scan.js';
import { centre } from './kernels/change_columns.js';
import { columnRanges } from './kernels/column_ranges.js';
import { columnSums } from './kernels/column_sums.js';
import { combine } from './kernels/combine.js';
import { converge } from './kernels/converge.js';
import { convolve, convolveLines, padPlanes } from './kernels/convolve.js';
import { crossProducts } from './kernels/cross_products.js';
import { csrTimes } from './kernels/csr_times.js';
import { decide } from './kernels/decide.js';
import { distanceSums } from './kernels/distance_sums.js';
import { endEpoch } from './kernels/end_epoch.js';
import { factorBlock, residual } from './kernels/factor_block.js';
import { farthestBlocks } from './kernels/farthest_blocks.js';
import { farthestPick } from './kernels/farthest_pick.js';
import { findNonFinite } from './kernels/find_nonfinite.js';
import { followRows } from './kernels/follow_rows.js';
import { gatherRows } from './kernels/gather_rows.js';
import { gramListed } from './kernels/gram_listed.js';
import { gramSubgroups } from './kernels/gram_subgroups.js';
import { groupRows, sortRows } from './kernels/group_rows.js';
import { expectWrongCopies, kernelCases, type KernelTest } from './kernels/kernel_test.js';
import { meanPool } from './kernels/mean_pool.js';
import { laidOut } from './kernels/laid_out.js';
import { labelCounts } from './kernels/label_counts.js';
import { largest } from './kernels/largest.js';
import { mixtureKernels } from './kernels/mixture.js';
import { narrow } from './kernels/narrow.js';
import { narrowBytes } from './kernels/narrow_bytes.js';
import { linearCombination } from './kernels/linear_combination.js';
import { excludeProducts, largestProduct, largestProducts } from './kernels/largest_products.js';
import { mergeNearest, nearestRows } from './kernels/nearest_rows.js';
import { nearestOther } from './kernels/nearest_other.js';
import { nearestTwo } from './kernels/nearest_two.js';
import { normalizeRows } from './kernels/normalize_rows.js';
import { onlineMap } from './kernels/online_map.js';
import { pack } from './kernels/pack.js';
import { pairwiseDistances } from './kernels/pairwise_distances.js';
import { pointCosts } from './kernels/point_costs.js';
import { product, productSubgroups } from './kernels/product.js';
import { rowNorms } from './kernels/row_norms.js';
import { rowResiduals } from './kernels/row_residuals.js';
import { runSums } from './kernels/run_sums.js';
import { filterSpectra, moduli } from './kernels/scattering.js';
import { seedBlocks } from './kernels/seed_blocks.js';
import { seedChoose } from './kernels/seed_choose.js';
import { seedClosest } from './kernels/seed_closest.js';
import { seedRows } from './kernels/seed_rows.js';
import { seedTrials, seedTrialsSubgroups } from './kernels/seed_trials.js';
import { setReferences } from './kernels/set_references.js';
import { widen } from './kernels/widen.js';
import { networkClusterTests } from './kernels/network_clusters.js';
import { networkImageTests } from './kernels/network_images.js';
import { totalVariation } from './kernels/total_variation.js';
import { networkTests } from './kernels/networks.js';
import { uniformBoxKernel } from './kernels/uniform_box.js';
import { update } from './kernels/update.js';
import { withinRadius } from './kernels/within_radius.js';

const tests: readonly KernelTest[] = [
  pack,
  findNonFinite,
  columnRanges,
  columnSums,
  centre,
  rowNorms,
  normalizeRows,
  largest,
  narrow,
  narrowBytes,
  widen,
  assign,
  assignNarrowSubgroups,
  assignSubgroups,
  assignDirect,
  assignFew,
  assignNarrow,
  decide,
  boundsDrifts,
  boundsFilter,
  boundsScan,
  boundsScanSubgroups,
  boundsSettle,
  setReferences,
  groupRows,
  sortRows,
  accumulate,
  combine,
  update,
  converge,
  pointCosts,
  runSums,
  labelCounts,
  pairwiseDistances,
  distanceSums,
  nearestTwo,
  nearestRows,
  mergeNearest,
  ...withinRadius,
  nearestOther,
  excludeProducts,
  largestProduct,
  largestProducts,
  filterSpectra,
  moduli,
  csrTimes,
  product,
  productSubgroups,
  linearCombination,
  shrink,
  scale,
  turn,
  lineSums,
  factorBlock,
  residual,
  onlineMap,
  batchMap,
  batchMapSubgroups,
  endEpoch,
  gatherRows,
  laidOut,
  meanPool,
  followRows,
  seedTrials,
  seedTrialsSubgroups,
  seedClosest,
  seedBlocks,
  seedRows,
  seedChoose,
  farthestBlocks,
  farthestPick,
  affine,
  affinePrecise,
  crossProducts,
  gramSubgroups,
  activeRows,
  gramListed,
  rowResiduals,
  uniformBoxKernel,
  padPlanes,
  convolve,
  convolveLines,
  ...mixtureKernels,
  ...networkTests,
  ...networkImageTests,
  totalVariation,
  ...networkClusterTests,
];

/** Everything in shaders/. */
const shaders = import.meta.glob<KernelSource>(
  ['../../shaders/*/*.wgsl', '!../../shaders/lib/*.wgsl'],
  {
    eager: true,
    import: 'default',
  },
);

const everyKernelIsTested: Case = {
  name: 'every kernel is tested',
  where: 'everywhere',
  run: async () => {
    await Promise.resolve();
    const tested = tests.map(({ source }) => source.name);
    const untested = Object.values(shaders).filter(({ name }) => !tested.includes(name));
    expectEqual(
      untested.map(({ name }) => name),
      [],
      'kernels without a test in test/conformance/kernels/',
    );
  },
};

const everyWrongCopyIsOne: Case = {
  name: 'every wrong copy of a kernel is one',
  where: 'once',
  run: async () => {
    await Promise.resolve();
    tests.forEach(expectWrongCopies);
  },
};

export const kernels: Suite = {
  name: 'kernels',
  where: 'each compiler and driver',
  cases: [everyKernelIsTested, everyWrongCopyIsOne, ...tests.flatMap(kernelCases)],
};
