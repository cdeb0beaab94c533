// What the kernels of the bounded assignment share: the bounds by which a row passes over whole
// groups of centroids (Yinyang k-means, Ding et al. 2015), and how float32 is kept from spoiling them.
//
// Bounds are on true distances: upper >= |x - c_label|, and lower[g] <= |x - c| for every centroid c
// of group g but the row's own. Each is rounded outward wherever it is computed.
//
// With u = 2^-24, D columns, and squared distances as scores give them,
//   | (2 score + |x|^2) - |x - c|^2 | <= slack = u (D + 8) (|x| + |c|)^2
// in whatever order the products are summed and with or without fused operations. The host gives
// D + 16, for what is rounded here, and `reach` >= every |c|. Direct differences are off by less than half of
// it: so lower^2 - upper^2 > 2 slack leaves no centroid of the group a chance of being the label.
//
// groups  [groups][group_size]  the clusters of each group, ascending; clusters and more: no cluster
// member_norms  [groups][group_size]  half_norms of those clusters; a huge number for no cluster
// frame   reach, whether the fit has halted, travel[MOST_GROUPS], (drift, group)[clusters], written
//         by bounds_drifts.wgsl: a group's travel is the sum over the iterations of the largest
//         drift in it
// rows    [3][rows of the chunk]  |x|^2, the upper bound, and the set of groups that were computed
// lower   [groups][rows of the chunk]  lower bound + the group's travel when it was made: so a bound
//         that stays is not written again; while the row is in a list, its place in it
const MOST_GROUPS = 32;
const REACH = 0;
const FRAME_HALTED = 1;
const TRAVEL = 2;
const DRIFTS = 34;
const NORM = 0;
const UPPER = 1;
const COMPUTED = 2;
// 1 + 2^-20 and 1 - 2^-20: more than a few operations may be off by.
const UP = 1.00000095367431640625;
const DOWN = 0.99999904632568359375;
// More than what a sum of squares loses where they fall below float32's range.
const TINY = 1e-17;

fn slack_of(squared_norm: f32, rounding: f32) -> f32 {
  let sum = sqrt(squared_norm) * UP + frame[REACH];
  return rounding * sum * sum;
}
