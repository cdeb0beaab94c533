// Weighted sums and squares of differences from centres, as partial sums of runs of rows:
//   partial[l][k][q][0] = sum over the rows of run l of r_nk (x_n - m_k) in the quad's columns
//   partial[l][k][q][1] = the same of their squares
//   partial[l][k][quads][0] = (sum of r_nk, 0, 0, 0)
//
// partial  [lanes][K][quads + 1][2]    vec4; for what else there is, see lib/weighted_sums.wgsl
//
// The parts of a cluster's sums are tiles of up to 4 quads.
// Cost: 5 N K D FLOPs; 5 loads for 80 of them, with SUBGROUPS 2 + 8 / LANES loads for the 160 of two rows. On
// lavapipe 7 ms with SUBGROUPS, 40 without (100,000 x 16, 16 clusters).
#if SUBGROUPS
enable subgroups;
#end
// import ../lib/weighted_sums.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  #if SUBGROUPS
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
  #end
) {
  let workgroup = group.x + group.y * groups.x;
  let tiles = (shape.quads + 3) / 4;
  let run = run_of(workgroup, lane, tiles);
  let tile = part_of(workgroup, lane, tiles);
  let own = cluster_of(workgroup, lane, tiles);
  if (is_idle(run, own)) {
    return;
  }
  let k = shape.first_cluster + min(own, cluster_count() - 1);
  let q = 4 * tile + vec4u(0, 1, 2, 3);
  // Quads past the last are copies of it and never written.
  let within = min(q, vec4u(shape.quads - 1));
  #repeat i 0..4
  let m$i = centres[k * shape.quads + within[$i]];
  var s$i = vec4f();
  var t$i = vec4f();
  #end
  var total = 0.0;
  let unit = run / shape.unit_lanes * shape.unit_rows;
  let end = min(unit + shape.unit_rows, shape.rows);
  #if SUBGROUPS
  let part = subgroup_lane % LANES;
  let passed = within[part % 4] * BLOCK_ROWS;
  for (var row = unit; row < end; row += 2) {
    let next = min(row + 1, end - 1);
    let x = two_rows(passed + row_at(row), passed + row_at(next), part);
    let w = weight_of(k, row);
    let w_next = select(0.0, weight_of(k, next), next > row);
    total += w + w_next;
    #repeat i 0..4
    let z$i = subgroupBroadcast(x.first, $i) - m$i;
    let v$i = subgroupBroadcast(x.second, $((i + 4) % LANES)) - m$i;
    s$i += w * z$i + w_next * v$i;
    t$i += w * z$i * z$i + w_next * v$i * v$i;
    #end
  }
  #else
  for (var row = unit + run % shape.unit_lanes; row < end; row += shape.unit_lanes) {
    let w = weight_of(k, row);
    let at = within * BLOCK_ROWS + row_at(own * shape.point_stride + row);
    total += w;
    #repeat i 0..4
    let z$i = unpacked(points[at[$i]]) - m$i;
    s$i += w * z$i;
    t$i += w * z$i * z$i;
    #end
  }
  #end
  if (own >= cluster_count()) {
    return;
  }
  let at = 2 * (run * shape.clusters + k) * (shape.quads + 1);
  #repeat i 0..4
  if (q[$i] < shape.quads) {
    partial[at + 2 * q[$i]] = s$i;
    partial[at + 2 * q[$i] + 1] = t$i;
  }
  #end
  if (tile == 0) {
    partial[at + 2 * shape.quads] = vec4f(total, 0, 0, 0);
    partial[at + 2 * shape.quads + 1] = vec4f();
  }
}
