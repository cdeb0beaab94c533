// Scores of rows of at most 16 columns under Gaussian components (see log_density.wgsl) where subgroups
// are at hand: an invocation loads its rows once, for all components, and nothing is summed from one
// step of a loop to the next. Each lane loads some columns of the factor and the subgroup passes them
// round. 27 ms on lavapipe where log_density.wgsl with SUBGROUPS took 85 (100,000 x 16, 16 components).
//
// A workgroup owns its rows. Cost: N K D^2 FLOPs; with 16 columns 1 + 40 / LANES loads for 704 FMAs.
enable subgroups;

// import ../lib/log_density.wgsl
// import ../lib/four_rows.wgsl

// 4 or 8, at most the subgroup's size. Lanes past it load what lane % LANES loads; nobody asks them.
const LANES = 4;
// 1 to 4.
const QUADS = 4;

fn squared_lengths(y: mat4x4f) -> vec4f {
  return squares(y[0], y[1], y[2], y[3]);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
  let workgroup = group.x + group.y * groups.x;
  // Uniform over the workgroup: the grid's last row may reach past the end.
  if (state[HALTED] != 0 || workgroup >= groups_of_rows()) {
    return;
  }
  let rows = four_rows(workgroup, lane);
  let at = places(rows);
  #repeat i 0..QUADS
  let x$i = quad_at(at + $i * BLOCK_ROWS);
  #end
  // The factor's vec4s: see lib/factor_layout.wgsl.
  #let columns = 4 * (QUADS == 1) + 12 * (QUADS == 2) + 32 * (QUADS == 3) + 40 * (QUADS == 4)
  for (var k = 0u; k < shape.clusters; k++) {
    let part = subgroup_lane % LANES;
    let factor = k * shape.factor_stride + part;
    let m = means[k * QUADS + min(part, QUADS - 1)];
    #repeat j 0..(columns + LANES - 1) / LANES
    let c$j = factors[factor + $(j * LANES)];
    #end
    var distance = vec4f();
    #repeat i 0..QUADS
    let z$i = minus(x$i, subgroupBroadcast(m, $i));
    #repeat j 0..i + 1
    #let first = (8 * (i / 2) + 4) * (i / 2) + 8 * j + 4 * (i % 2) * (j < i)
    let w$(4 * i + j) = mat4x4f(
      #repeat c first..first + 4
      subgroupBroadcast(c$(c / LANES), $(c % LANES)),
      #end
    );
    #if j == 0
    var y$i = w$(4 * i + j) * z0;
    #else
    y$i += w$(4 * i + j) * z$j;
    #end
    #end
    distance += squared_lengths(y$i);
    #end
    store_scores(k, rows, distance);
  }
}
