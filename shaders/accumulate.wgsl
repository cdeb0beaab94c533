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

// import lib/points_layout.wgsl

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
    var sum = vec4f();
    // The cost as a sum of short runs: its last digits decide whether the objective seems to rise.
    while (at < end) {
      var cost = 0.0;
      for (let run_end = min(at + RUN, end); at < run_end; at++) {
        let row = order[at];
        let residual = unpacked(points[point_at(row, shape.quads) + q * BLOCK_ROWS]) - centroid;
        var weighted = residual;
        if (WEIGHTED) {
          weighted *= weights[row];
        }
        sum += weighted;
        cost += dot(weighted, residual);
      }
      total += cost;
    }
    partial[sum_at] = sum;
    sum_at += shape.quads + 1;
  }
  costs[(shape.first_segment + segment) * shape.quads + q] = total;
}
