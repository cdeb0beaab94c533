// Rows in the coordinates of Gaussian components given by lower triangular factors W_k:
//   whitened[k][n] = W_k (x_n - m_k)
// for the clusters [first_cluster, last_cluster).
//
// points    see lib/points_layout.wgsl; rows [first, first + rows) of them
// means     [K][quads]               vec4
// factors   [K or 1][factor_stride]  vec4; see lib/factor_layout.wgsl. factor_stride 0: one for all
// whitened  laid out as the points, for each cluster row_stride rows: from row 0 of them. Zeros past the
//           last column, as the factors and rows have them
//
// A workgroup owns one component and 4 WORKGROUP neighbouring rows, an invocation 4 of them,
// WORKGROUP apart; 8 of a row's whitened coordinates are held at a time.
// Cost: N K D^2 FLOPs; 13 loads for 128 FMAs, 9 of them at an address uniform over the workgroup.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  first_cluster: u32,
  last_cluster: u32,
  factor_stride: u32,
  row_stride: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> means: array<vec4f>;
@group(0) @binding(3) var<storage, read> factors: array<vec4f>;
@group(0) @binding(4) var<storage, read> state: array<u32>;
@group(0) @binding(5) var<storage, read_write> whitened: array<vec4f>;

const WORKGROUP = 128;
const HALTED = 1;

// import ../lib/points_layout.wgsl
// import ../lib/four_rows.wgsl
// import ../lib/factor_layout.wgsl

fn columns_at(at: u32) -> mat4x4f {
  return mat4x4f(factors[at], factors[at + 1], factors[at + 2], factors[at + 3]);
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
  let workgroup = group.x + group.y * groups.x;
  let groups_of_rows = (shape.rows + 4 * WORKGROUP - 1) / (4 * WORKGROUP);
  let own = workgroup / groups_of_rows;
  let k = shape.first_cluster + own;
  if (k >= shape.last_cluster) {
    return;
  }
  let start = workgroup % groups_of_rows * 4 * WORKGROUP + lane;
  let rows = start + vec4u(0, WORKGROUP, 2 * WORKGROUP, 3 * WORKGROUP);
  // Rows past the end are copies of the last one and never written.
  let first = points_at(shape.first + min(rows, vec4u(shape.rows - 1)), shape.quads);
  let places = points_at(own * shape.row_stride + rows, shape.quads);
  let mean = k * shape.quads;
  for (var pair = 0u; 2 * pair < shape.quads; pair++) {
    var factor = k * shape.factor_stride + factor_at(pair);
    var upper_images = mat4x4f();
    var lower_images = mat4x4f();
    var at = first;
    for (var q = 0u; q <= 2 * pair; q++) {
      let m = means[mean + q];
      let z = minus(quad_at(at), m);
      upper_images += columns_at(factor) * z;
      lower_images += columns_at(factor + 4) * z;
      factor += 8;
      at += BLOCK_ROWS;
    }
    let both = 2 * pair + 1 < shape.quads;
    if (both) {
      let m = means[mean + 2 * pair + 1];
      let z = minus(quad_at(at), m);
      lower_images += columns_at(factor) * z;
    }
    for (var i = 0u; i < 4; i++) {
      if (rows[i] < shape.rows) {
        let place = places[i] + 2 * pair * BLOCK_ROWS;
        whitened[place] = upper_images[i];
        if (both) {
          whitened[place + BLOCK_ROWS] = lower_images[i];
        }
      }
    }
  }
}
