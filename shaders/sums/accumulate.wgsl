// Per run of RUN segments and per cluster, the sums over its entries (see lib/row_groups.wgsl) of the
// rows' weighted residuals from the cluster's reference, and of their squares; of a row that leaves,
// subtracted:
//   partial[r][k][q] = sum_{i in r} +-(w_i (x_i - reference_k), w_i |x_i - reference_k|^2, w_i)
// over the four columns of each quad q. Residuals instead of sums keep the digits that matter: the new
// centroid is the reference plus a small correction, and the objective comes from direct differences
// of the same loads.
//
// points      see lib/points_layout.wgsl
// references  [K][quads] vec4   the centroids of the iteration in which all rows were summed last
// order, ranges  see lib/row_groups.wgsl
// weights     [rows], read if WEIGHTED
// carry       [K][quads]        sums of the run that the batch before left unfinished
// partial     [runs of this batch][K][quads]
//
// An invocation owns one quad of one cluster in one run, with its sums in registers: no barrier, no
// atomics, no workgroup memory. All rows in the order of their clusters took 50 ms instead of the 98 that
// they take in their own order, with the sums in memory (60,000 x 784, K 10, lavapipe); late in a fit
// those that change their label take 3.
// Lines of memory: a lane reads rows of its own cluster, which lie anywhere.
// Cost: 5 D FLOPs an entry; reads D, and touches 12 R K D of sums for R runs.
struct Shape {
  quads: u32,
  clusters: u32,
  first_segment: u32,
  segments: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> references: array<vec4f>;
@group(0) @binding(3) var<storage, read> order: array<u32>;
@group(0) @binding(4) var<storage, read> ranges: array<vec4u>;
@group(0) @binding(5) var<storage, read> weights: array<f32>;
@group(0) @binding(6) var<storage, read> state: array<u32>;
@group(0) @binding(7) var<storage, read> carry: array<ClusterSum>;
@group(0) @binding(8) var<storage, read_write> partial: array<ClusterSum>;

const WORKGROUP = 64;
// Neighbouring quads whose invocations go through the same rows, cluster after cluster, while these are in
// the cache: an iteration on 60,000 x 784, K 10, took 88 ms, and 107 with all of a cluster's quads first
// (lavapipe).
const QUADS = 8;
// Rows whose costs are added up by themselves.
const SHORT_RUN = 32;
const WEIGHTED = false;
const HALTED = 1;

// Whether four rows are loaded at a time: 40,000 x 784 in bytes, K 10, then take 15 ms instead of 21 on
// lavapipe, 110 instead of 153 on SwiftShader; where a segment has but four rows of a cluster (100,000 x
// 100, K 256) as much on lavapipe, and 128 instead of 89 on SwiftShader.
const BY_FOURS = false;

// import ../lib/points_layout.wgsl
// import ../lib/cluster_sums.wgsl
// import ../lib/row_groups.wgsl

fn residual_of(entry: u32, q: u32, reference: vec4f) -> vec4f {
  let row = entry & ~LEAVES;
  return unpacked(points[point_at(row, shape.quads) + q * BLOCK_ROWS]) - reference;
}

fn with_entry(before: ClusterSum, entry: u32, residual: vec4f) -> ClusterSum {
  var weight = select(1.0, -1.0, (entry & LEAVES) != 0);
  if (WEIGHTED) {
    weight *= weights[entry & ~LEAVES];
  }
  let weighted = weight * residual;
  return plus(before, ClusterSum(weighted, dot(weighted, residual), weight, 0, 0));
}

// Sums over the entries [first, end) of `order`.
fn sum_of(first: u32, end: u32, q: u32, reference: vec4f) -> ClusterSum {
  var at = first;
  var sums = ClusterSum();
  var cost = 0.0;
  // The cost as a sum of short runs: its last digits decide whether the objective seems to rise.
  while (at < end) {
    sums.cost = 0;
    let run_end = min(at + SHORT_RUN, end);
    if (BY_FOURS) {
      for (; at + 4 <= run_end; at += 4) {
        let entries = vec4u(order[at], order[at + 1], order[at + 2], order[at + 3]);
        let first_one = residual_of(entries.x, q, reference);
        let second = residual_of(entries.y, q, reference);
        let third = residual_of(entries.z, q, reference);
        let fourth = residual_of(entries.w, q, reference);
        sums = with_entry(sums, entries.x, first_one);
        sums = with_entry(sums, entries.y, second);
        sums = with_entry(sums, entries.z, third);
        sums = with_entry(sums, entries.w, fourth);
      }
    }
    for (; at < run_end; at++) {
      let entry = order[at];
      sums = with_entry(sums, entry, residual_of(entry, q, reference));
    }
    cost += sums.cost;
  }
  sums.cost = cost;
  return sums;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  if (state[HALTED] != 0) {
    return;
  }
  let index = (group.x + group.y * groups.x) * WORKGROUP + lane;
  let entries = shape.clusters * shape.quads;
  let blocks = (shape.quads + QUADS - 1) / QUADS;
  let block = index / (shape.clusters * QUADS);
  let run = block / blocks;
  let runs = runs_of(shape.first_segment, shape.segments);
  let q = block % blocks * QUADS + index % QUADS;
  if (run >= runs || q >= shape.quads) {
    return;
  }
  let k = index / QUADS % shape.clusters;
  let entry = k * shape.quads + q;
  let reference = references[k * shape.quads + q];
  // Places in runs that are segments of this batch.
  let begin = shape.first_segment % RUN;
  let end = begin + shape.segments;
  var sum = ClusterSum();
  if (run == 0 && begin > 0) {
    sum = carry[entry];
  }
  for (var i = 0u; i < RUN; i += 4) {
    let four = ranges[((k * runs + run) * RUN + i) / 4];
    for (var j = 0u; j < 4; j++) {
      let place = run * RUN + i + j;
      let first = four[j] & 0xffff;
      let last = four[j] >> 16;
      if (place >= begin && place < end && first < last) {
        let list = (place - begin) * LIST;
        sum = plus(sum, sum_of(list + first, list + last, q, reference));
      }
    }
  }
  partial[run * entries + entry] = sum;
}
