// Nearest centroid of every row, without ever writing the N x K distances:
//   labels[i] = argmin_k |c_k|^2 / 2 - x_i . c_k,  ties to the lowest k
// (half of |x_i - c_k|^2 less |x_i|^2 / 2; safe on centred data).
//
// points      [quads][stride]  rows [first, first + rows) of it
// centroids   [padded K][quads]  vec4; K padded to a multiple of 8
// half_norms  [padded K]         |c_k|^2 / 2; a huge number for padding, so that it never wins
// labels      [rows]             the previous labels in, the new ones out
// state       see converge.wgsl; nothing is done once a fit has halted
// changed     [1]                counts the rows whose label changed
//
// A workgroup owns 4 WORKGROUP neighbouring rows, an invocation 4 of them, WORKGROUP apart, against
// 8 centroids at a time: a register tile of 32 dot products. Centroids are read at an address that
// is uniform over the workgroup. Each dot product is summed in column order whatever the tile, so a
// row's label does not depend on where the row lies.
// Cost: 2 N K D FLOPs; a quad of 4 columns costs 4 point loads and 8 uniform loads for 128 FMAs.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  stride: u32,
  padded_clusters: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<vec4f>;
@group(0) @binding(2) var<storage, read> centroids: array<vec4f>;
@group(0) @binding(3) var<storage, read> half_norms: array<f32>;
@group(0) @binding(4) var<storage, read> state: array<u32>;
@group(0) @binding(5) var<storage, read_write> labels: array<u32>;
@group(0) @binding(6) var<storage, read_write> changed: array<atomic<u32>>;

const WORKGROUP = 64;
const HALTED = 1;

struct Best {
  score: vec4f,
  label: vec4u,
}

fn closer(best: Best, dots: vec4f, k: u32) -> Best {
  let score = half_norms[k] - dots;
  let wins = score < best.score;
  return Best(select(best.score, score, wins), select(best.label, vec4u(k), wins));
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
  let start = shape.first + (group.x + group.y * groups.x) * 4 * WORKGROUP + lane;
  let end = shape.first + shape.rows;
  if (start >= end) {
    return;
  }
  // Rows past the end are computed as copies of the last row and not written.
  let rows = min(start + vec4u(0, WORKGROUP, 2 * WORKGROUP, 3 * WORKGROUP), vec4u(end - 1));

  var best = Best(vec4f(3.4e38), vec4u());
  for (var k = 0u; k < shape.padded_clusters; k += 8) {
    var d0 = vec4f();
    var d1 = vec4f();
    var d2 = vec4f();
    var d3 = vec4f();
    var d4 = vec4f();
    var d5 = vec4f();
    var d6 = vec4f();
    var d7 = vec4f();
    var at = k * shape.quads;
    var p = rows;
    for (var q = 0u; q < shape.quads; q++) {
      let x = mat4x4f(points[p.x], points[p.y], points[p.z], points[p.w]);
      d0 += centroids[at] * x;
      d1 += centroids[at + shape.quads] * x;
      d2 += centroids[at + 2 * shape.quads] * x;
      d3 += centroids[at + 3 * shape.quads] * x;
      d4 += centroids[at + 4 * shape.quads] * x;
      d5 += centroids[at + 5 * shape.quads] * x;
      d6 += centroids[at + 6 * shape.quads] * x;
      d7 += centroids[at + 7 * shape.quads] * x;
      at++;
      p += shape.stride;
    }
    best = closer(best, d0, k);
    best = closer(best, d1, k + 1);
    best = closer(best, d2, k + 2);
    best = closer(best, d3, k + 3);
    best = closer(best, d4, k + 4);
    best = closer(best, d5, k + 5);
    best = closer(best, d6, k + 6);
    best = closer(best, d7, k + 7);
  }

  var moved = 0u;
  for (var i = 0u; i < 4; i++) {
    let row = start + i * WORKGROUP;
    if (row < end && labels[row] != best.label[i]) {
      labels[row] = best.label[i];
      moved++;
    }
  }
  if (moved > 0) {
    atomicAdd(&changed[0], moved);
  }
}
