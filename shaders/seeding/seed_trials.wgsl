// Tries candidates out: see lib/seed_trials.wgsl.
//
// Cost: 3 N T D FLOPs; a quad of 4 columns costs 4 point loads and TILE uniform loads for 32 TILE FLOPs.

// import ../lib/seed_trials.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let workgroup = group.x + group.y * groups.x;
  let block = workgroup * WORKGROUP + lane;
  let start = shape.first + block * BLOCK;
  let end = shape.first + shape.rows;
  if (start >= end) {
    return;
  }
  // Only ever by constant indices: so it stays in registers.
  var s = array<f32, 16>();
  for (var first = start; first < min(start + BLOCK, end); first += 4) {
    let rows = four_rows(first);
    var distances = Tile();
    var p = points_at(rows, shape.quads);
    var at = 0u;
    for (var q = 0u; q < shape.quads; q++) {
      let x = unpacked4(points[p.x], points[p.y], points[p.z], points[p.w]);
      var quads = Tile();
      quads.k0 = candidates[at];
      quads.k1 = candidates[at + shape.quads];
      quads.k2 = candidates[at + 2 * shape.quads];
      quads.k3 = candidates[at + 3 * shape.quads];
      if (TILE > 4) {
        quads.k4 = candidates[at + 4 * shape.quads];
        quads.k5 = candidates[at + 5 * shape.quads];
      }
      if (TILE > 6) {
        quads.k6 = candidates[at + 6 * shape.quads];
        quads.k7 = candidates[at + 7 * shape.quads];
      }
      if (TILE > 8) {
        quads.k8 = candidates[at + 8 * shape.quads];
        quads.k9 = candidates[at + 9 * shape.quads];
        quads.k10 = candidates[at + 10 * shape.quads];
        quads.k11 = candidates[at + 11 * shape.quads];
      }
      if (TILE > 12) {
        quads.k12 = candidates[at + 12 * shape.quads];
        quads.k13 = candidates[at + 13 * shape.quads];
        quads.k14 = candidates[at + 14 * shape.quads];
        quads.k15 = candidates[at + 15 * shape.quads];
      }
      distances = add_squares(distances, quads, x);
      at++;
      p += BLOCK_ROWS;
    }
    keep_all(&s, first, rows, distances);
  }
  store_potentials(block, &s);
}
