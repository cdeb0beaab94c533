// Scores of rows of at most 16 columns under Gaussian components (see log_density.wgsl) where subgroups
// are at hand: an invocation loads its rows once, for all components, and nothing is summed from one
// step of a loop to the next. Each lane loads some columns of the factor and the subgroup passes them
// round. 27 ms on lavapipe where log_density_subgroups.wgsl took 85 (100,000 x 16, 16 components).
//
// points   see lib/points_layout.wgsl; rows [first, first + rows) of them
// means    [K][QUADS]                vec4
// offsets  [K]
// factors  [K or 1][factor_stride]   vec4; see lib/factor_layout.wgsl. factor_stride 0: one for all
// scores   [K][score_stride]         by row from 0
//
// A workgroup owns 4 WORKGROUP neighbouring rows, an invocation 4 of them, WORKGROUP apart. QUADS: 1 to
// 4. LANES: 4 or 8, at most the subgroup's size.
// Cost: N K D^2 FLOPs; with 16 columns 1 + 40 / LANES loads for 704 FMAs.
enable subgroups;

// import ../lib/log_density.wgsl

const LANES = 4;
const QUADS = 4;
// The factor's vec4s that are needed.
const COLUMNS = select(select(select(40, 32, QUADS == 3), 12, QUADS == 2), 4, QUADS == 1);

// Row r's vec4 of the quad at `at`.
fn quad_at(at: vec4u) -> mat4x4f {
  return mat4x4f(points[at.x], points[at.y], points[at.z], points[at.w]);
}

fn minus(x: mat4x4f, m: vec4f) -> mat4x4f {
  return mat4x4f(x[0] - m, x[1] - m, x[2] - m, x[3] - m);
}

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
  // Rows past the end are copies of the last one and never written.
  let at = points_at(shape.first + min(rows, vec4u(shape.rows - 1)), QUADS);
  let x0 = quad_at(at);
  var x1 = mat4x4f();
  if (QUADS > 1) {
    x1 = quad_at(at + BLOCK_ROWS);
  }
  var x2 = mat4x4f();
  if (QUADS > 2) {
    x2 = quad_at(at + 2 * BLOCK_ROWS);
  }
  var x3 = mat4x4f();
  if (QUADS > 3) {
    x3 = quad_at(at + 3 * BLOCK_ROWS);
  }
  for (var k = 0u; k < shape.clusters; k++) {
    // Lanes past LANES load what lane % LANES loads; nobody asks them for it.
    let part = subgroup_lane % LANES;
    let factor = k * shape.factor_stride + part;
    let m = means[k * QUADS + min(part, QUADS - 1)];
    var c: array<vec4f, 10>;
    c[0] = factors[factor];
    if (LANES < COLUMNS) {
      c[1] = factors[factor + LANES];
    }
    if (2 * LANES < COLUMNS) {
      c[2] = factors[factor + 2 * LANES];
    }
    if (3 * LANES < COLUMNS) {
      c[3] = factors[factor + 3 * LANES];
    }
    if (4 * LANES < COLUMNS) {
      c[4] = factors[factor + 4 * LANES];
    }
    if (5 * LANES < COLUMNS) {
      c[5] = factors[factor + 5 * LANES];
    }
    if (6 * LANES < COLUMNS) {
      c[6] = factors[factor + 6 * LANES];
    }
    if (7 * LANES < COLUMNS) {
      c[7] = factors[factor + 7 * LANES];
    }
    if (8 * LANES < COLUMNS) {
      c[8] = factors[factor + 8 * LANES];
    }
    if (9 * LANES < COLUMNS) {
      c[9] = factors[factor + 9 * LANES];
    }
    let z0 = minus(x0, subgroupBroadcast(m, 0));
    var distance = vec4f();
    let w0 = mat4x4f(
      subgroupBroadcast(c[0 / LANES], 0 % LANES),
      subgroupBroadcast(c[1 / LANES], 1 % LANES),
      subgroupBroadcast(c[2 / LANES], 2 % LANES),
      subgroupBroadcast(c[3 / LANES], 3 % LANES),
    );
    distance += squared_lengths(w0 * z0);
    if (QUADS > 1) {
      let z1 = minus(x1, subgroupBroadcast(m, 1));
      let w4 = mat4x4f(
        subgroupBroadcast(c[4 / LANES], 4 % LANES),
        subgroupBroadcast(c[5 / LANES], 5 % LANES),
        subgroupBroadcast(c[6 / LANES], 6 % LANES),
        subgroupBroadcast(c[7 / LANES], 7 % LANES),
      );
      let w8 = mat4x4f(
        subgroupBroadcast(c[8 / LANES], 8 % LANES),
        subgroupBroadcast(c[9 / LANES], 9 % LANES),
        subgroupBroadcast(c[10 / LANES], 10 % LANES),
        subgroupBroadcast(c[11 / LANES], 11 % LANES),
      );
      distance += squared_lengths(w4 * z0 + w8 * z1);
      if (QUADS > 2) {
        let z2 = minus(x2, subgroupBroadcast(m, 2));
        let w12 = mat4x4f(
          subgroupBroadcast(c[12 / LANES], 12 % LANES),
          subgroupBroadcast(c[13 / LANES], 13 % LANES),
          subgroupBroadcast(c[14 / LANES], 14 % LANES),
          subgroupBroadcast(c[15 / LANES], 15 % LANES),
        );
        let w20 = mat4x4f(
          subgroupBroadcast(c[20 / LANES], 20 % LANES),
          subgroupBroadcast(c[21 / LANES], 21 % LANES),
          subgroupBroadcast(c[22 / LANES], 22 % LANES),
          subgroupBroadcast(c[23 / LANES], 23 % LANES),
        );
        let w28 = mat4x4f(
          subgroupBroadcast(c[28 / LANES], 28 % LANES),
          subgroupBroadcast(c[29 / LANES], 29 % LANES),
          subgroupBroadcast(c[30 / LANES], 30 % LANES),
          subgroupBroadcast(c[31 / LANES], 31 % LANES),
        );
        distance += squared_lengths(w12 * z0 + w20 * z1 + w28 * z2);
        if (QUADS > 3) {
          let z3 = minus(x3, subgroupBroadcast(m, 3));
          let w16 = mat4x4f(
            subgroupBroadcast(c[16 / LANES], 16 % LANES),
            subgroupBroadcast(c[17 / LANES], 17 % LANES),
            subgroupBroadcast(c[18 / LANES], 18 % LANES),
            subgroupBroadcast(c[19 / LANES], 19 % LANES),
          );
          let w24 = mat4x4f(
            subgroupBroadcast(c[24 / LANES], 24 % LANES),
            subgroupBroadcast(c[25 / LANES], 25 % LANES),
            subgroupBroadcast(c[26 / LANES], 26 % LANES),
            subgroupBroadcast(c[27 / LANES], 27 % LANES),
          );
          let w32 = mat4x4f(
            subgroupBroadcast(c[32 / LANES], 32 % LANES),
            subgroupBroadcast(c[33 / LANES], 33 % LANES),
            subgroupBroadcast(c[34 / LANES], 34 % LANES),
            subgroupBroadcast(c[35 / LANES], 35 % LANES),
          );
          let w36 = mat4x4f(
            subgroupBroadcast(c[36 / LANES], 36 % LANES),
            subgroupBroadcast(c[37 / LANES], 37 % LANES),
            subgroupBroadcast(c[38 / LANES], 38 % LANES),
            subgroupBroadcast(c[39 / LANES], 39 % LANES),
          );
          distance += squared_lengths(w16 * z0 + w24 * z1 + w32 * z2 + w36 * z3);
        }
      }
    }
    store_scores(k, rows, distance);
  }
}
