// Per segment of at most SEGMENT rows and per cluster, the weighted residuals of the rows from the
// centroid they were assigned to:
//   partial[s][k][q]     = sum_{i in s, label_i = k} w_i (x_i - c_k)      (q < quads)
//   partial[s][k][quads] = (sum of w_i, 0, 0, 0)
//   costs[s][q]          = sum_{i in s} w_i |x_i - c_label|^2 over the quad's four columns
// Residuals instead of sums keep the digits that matter: the new centroid is c_k plus a small
// correction, and the objective comes from direct differences of the same loads.
//
// points     see lib/points_layout.wgsl; rows [first, first + rows), first a multiple of SEGMENT
// centroids  [K][quads]
// labels     [rows]
// weights    [rows], read if WEIGHTED
// partial    [segments of this dispatch][K][quads + 1]  vec4
// costs      [all segments][quads]
//
// An invocation owns one segment and one vec4 column of it (or its weights), adds in row order, and
// keeps its K sums in its own part of `partial`: no barrier, no atomics, no workgroup memory.
// Cost: 5 N D FLOPs; reads N D and touches 3 N D of cached sums and centroids.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  clusters: u32,
  first_segment: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<vec4f>;
@group(0) @binding(2) var<storage, read> centroids: array<vec4f>;
@group(0) @binding(3) var<storage, read> labels: array<u32>;
@group(0) @binding(4) var<storage, read> weights: array<f32>;
@group(0) @binding(5) var<storage, read> state: array<u32>;
@group(0) @binding(6) var<storage, read_write> partial: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> costs: array<f32>;

const WORKGROUP = 32;
const SEGMENT = 1024;
const RUN = 32;
const WEIGHTED = false;
const HALTED = 1;

// import lib/points_layout.wgsl

fn weight(row: u32) -> f32 {
  if (WEIGHTED) {
    return weights[row];
  }
  return 1.0;
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
  let columns = shape.quads + 1;
  let segment = index / columns;
  let q = index % columns;
  let start = shape.first + segment * SEGMENT;
  let end = shape.first + shape.rows;
  if (start >= end) {
    return;
  }
  let sums = segment * shape.clusters * columns + q;
  for (var k = 0u; k < shape.clusters; k++) {
    partial[sums + k * columns] = vec4f();
  }
  let segment_end = min(start + SEGMENT, end);
  if (q == shape.quads) {
    for (var row = start; row < segment_end; row++) {
      partial[sums + labels[row] * columns].x += weight(row);
    }
    return;
  }
  // The cost as a sum of short runs: its last digits decide whether the objective seems to rise.
  var total = 0.0;
  for (var run = start; run < segment_end; run += RUN) {
    var cost = 0.0;
    for (var row = run; row < min(run + RUN, segment_end); row++) {
      let k = labels[row];
      let residual = points[point_at(row, shape.quads) + q * BLOCK_ROWS] - centroids[k * shape.quads + q];
      let weighted = weight(row) * residual;
      partial[sums + k * columns] += weighted;
      cost += dot(weighted, residual);
    }
    total += cost;
  }
  costs[(shape.first_segment + segment) * shape.quads + q] = total;
}
