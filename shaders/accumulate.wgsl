// Per segment of at most SEGMENT rows and per cluster, the weighted residuals of the rows from the
// centroid they were assigned to:
//   partial[s][k][q] = sum_{i in s, label_i = k} w_i (x_i - c_k)      (q < quads)
//   costs[s][q]      = sum_{i in s} w_i |x_i - c_label|^2 over the quad's four columns
// Residuals instead of sums keep the digits that matter: the new centroid is c_k plus a small
// correction, and the objective comes from direct differences of the same loads.
//
// points     see lib/points_layout.wgsl; rows [first, first + rows), first a multiple of SEGMENT
// centroids  [K][quads]
// order      [segments of this dispatch][SEGMENT]   the rows by label, see group_rows.wgsl
// ends       [K][segments of this dispatch]         where in it each cluster's rows end
// weights    [rows], read if WEIGHTED
// partial    [segments of this dispatch][K][quads + 1]  vec4; the last column is group_rows.wgsl's
// costs      [all segments][quads]
//
// An invocation owns one segment and one vec4 column of it, and takes cluster after cluster with the
// centroid and the sum in registers: no barrier, no atomics, no workgroup memory. With the rows in
// their own order, and the sums in `partial`, it took 98 ms instead of 50 on 60,000 x 784,
// K 10 (lavapipe).
// Cost: 5 N D FLOPs; reads N D, and touches 2 S K D of centroids and sums for S segments.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  clusters: u32,
  first_segment: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> centroids: array<vec4f>;
@group(0) @binding(3) var<storage, read> order: array<u32>;
@group(0) @binding(4) var<storage, read> ends: array<u32>;
@group(0) @binding(5) var<storage, read> weights: array<f32>;
@group(0) @binding(6) var<storage, read> state: array<u32>;
@group(0) @binding(7) var<storage, read_write> partial: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> costs: array<f32>;

const WORKGROUP = 32;
const SEGMENT = 1024;
const RUN = 32;
const WEIGHTED = false;
const HALTED = 1;

// Whether four rows are loaded at a time: 40,000 x 784 in bytes, K 10, then take 15 ms instead of 21 on
// lavapipe, 110 instead of 153 on SwiftShader; where a segment has but four rows of a cluster (100,000 x
// 100, K 256) as much on lavapipe, and 128 instead of 89 on SwiftShader.
const BY_FOURS = false;

// import lib/points_layout.wgsl

struct Sums {
  residuals: vec4f,
  cost: f32,
}

fn residual_of(row: u32, q: u32, centroid: vec4f) -> vec4f {
  return unpacked(points[point_at(row, shape.quads) + q * BLOCK_ROWS]) - centroid;
}

fn with_row(before: Sums, row: u32, residual: vec4f) -> Sums {
  var weighted = residual;
  if (WEIGHTED) {
    weighted *= weights[row];
  }
  return Sums(before.residuals + weighted, before.cost + dot(weighted, residual));
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
  let segment = index / shape.quads;
  let segments = (shape.rows + SEGMENT - 1) / SEGMENT;
  if (segment >= segments) {
    return;
  }
  let q = index % shape.quads;
  var at = segment * SEGMENT;
  var total = 0.0;
  var sum_at = segment * shape.clusters * (shape.quads + 1) + q;
  for (var k = 0u; k < shape.clusters; k++) {
    let end = ends[k * segments + segment];
    let centroid = centroids[k * shape.quads + q];
    var sums = Sums();
    // The cost as a sum of short runs: its last digits decide whether the objective seems to rise.
    while (at < end) {
      sums.cost = 0;
      let run_end = min(at + RUN, end);
      if (BY_FOURS) {
        for (; at + 4 <= run_end; at += 4) {
          let rows = vec4u(order[at], order[at + 1], order[at + 2], order[at + 3]);
          let first = residual_of(rows.x, q, centroid);
          let second = residual_of(rows.y, q, centroid);
          let third = residual_of(rows.z, q, centroid);
          let fourth = residual_of(rows.w, q, centroid);
          sums = with_row(sums, rows.x, first);
          sums = with_row(sums, rows.y, second);
          sums = with_row(sums, rows.z, third);
          sums = with_row(sums, rows.w, fourth);
        }
      }
      for (; at < run_end; at++) {
        let row = order[at];
        sums = with_row(sums, row, residual_of(row, q, centroid));
      }
      total += sums.cost;
    }
    partial[sum_at] = sums.residuals;
    sum_at += shape.quads + 1;
  }
  costs[(shape.first_segment + segment) * shape.quads + q] = total;
}
