// Nearest centroid of every row, without ever writing the N x K distances:
//   labels[i] = argmin_k |c_k|^2 / 2 - x_i . c_k,  ties to the lowest k
// (half of |x_i - c_k|^2 less |x_i|^2 / 2; safe on centred data).
//
// An invocation holds a register tile of 4 rows x TILE centroids. Centroids are read at an address
// that is uniform over the workgroup. Each dot product is summed in column order whatever the tile,
// so a row's label does not depend on where the row lies.
// Cost: 2 N K D FLOPs; a quad of 4 columns costs 4 point loads and TILE uniform loads for
// 16 TILE FMAs.
//
// import lib/assignment.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let workgroup = group.x + group.y * groups.x;
  // Uniform over the workgroup: the grid's last row may reach past the end.
  if (state[HALTED] != 0 || workgroup * 4 * WORKGROUP >= shape.rows) {
    return;
  }
  let start = first_row(workgroup, lane);
  let rows = four_rows(start);
  var best = Best(vec4f(3.4e38), vec4u());
  for (var k = 0u; k < shape.padded_clusters; k += TILE) {
    var d0 = vec4f();
    var d1 = vec4f();
    var d2 = vec4f();
    var d3 = vec4f();
    var d4 = vec4f();
    var d5 = vec4f();
    var d6 = vec4f();
    var d7 = vec4f();
    var d8 = vec4f();
    var d9 = vec4f();
    var d10 = vec4f();
    var d11 = vec4f();
    var d12 = vec4f();
    var d13 = vec4f();
    var d14 = vec4f();
    var d15 = vec4f();
    var at = k * shape.quads;
    var p = rows;
    for (var q = 0u; q < shape.quads; q++) {
      let x = unpacked4(points[p.x], points[p.y], points[p.z], points[p.w]);
      d0 += centroids[at] * x;
      d1 += centroids[at + shape.quads] * x;
      d2 += centroids[at + 2 * shape.quads] * x;
      d3 += centroids[at + 3 * shape.quads] * x;
      if (TILE > 4) {
        d4 += centroids[at + 4 * shape.quads] * x;
        d5 += centroids[at + 5 * shape.quads] * x;
        d6 += centroids[at + 6 * shape.quads] * x;
        d7 += centroids[at + 7 * shape.quads] * x;
      }
      if (TILE > 8) {
        d8 += centroids[at + 8 * shape.quads] * x;
        d9 += centroids[at + 9 * shape.quads] * x;
        d10 += centroids[at + 10 * shape.quads] * x;
        d11 += centroids[at + 11 * shape.quads] * x;
      }
      if (TILE > 12) {
        d12 += centroids[at + 12 * shape.quads] * x;
        d13 += centroids[at + 13 * shape.quads] * x;
        d14 += centroids[at + 14 * shape.quads] * x;
        d15 += centroids[at + 15 * shape.quads] * x;
      }
      at++;
      p += BLOCK_ROWS;
    }
    best = closer(best, d0, k);
    best = closer(best, d1, k + 1);
    best = closer(best, d2, k + 2);
    best = closer(best, d3, k + 3);
    if (TILE > 4) {
      best = closer(best, d4, k + 4);
      best = closer(best, d5, k + 5);
      best = closer(best, d6, k + 6);
      best = closer(best, d7, k + 7);
    }
    if (TILE > 8) {
      best = closer(best, d8, k + 8);
      best = closer(best, d9, k + 9);
      best = closer(best, d10, k + 10);
      best = closer(best, d11, k + 11);
    }
    if (TILE > 12) {
      best = closer(best, d12, k + 12);
      best = closer(best, d13, k + 13);
      best = closer(best, d14, k + 14);
      best = closer(best, d15, k + 15);
    }
  }
  store_labels(start, best);
}
