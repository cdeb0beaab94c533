// Rows drawn uniformly from a box about 0, another sequence of them for each `seed` and `sequence`:
//   x_ij = (u_ij - 1/2) width_j,  u_ij = floor(h / 2^8) / 2^24,  h = pcg4d(seed, sequence, i, j div 4)[j mod 4]
// So a number depends on nothing but where it stands.
//
// width  [columns]
// x      [rows][columns]
//
// An invocation owns up to four neighbouring columns of a row. Cost: 2 N D FLOPs and 20 integer operations
// for each four numbers; writes 4 bytes a number.
struct Shape {
  rows: u32,
  columns: u32,
  seed: u32,
  sequence: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> width: array<f32>;
@group(0) @binding(2) var<storage, read_write> x: array<f32>;

const WORKGROUP = 64;

// import ../lib/pcg4d.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.x + group.y * groups.x) * WORKGROUP + lane;
  let quads = (shape.columns + 3) / 4;
  let row = index / quads;
  let quad = index % quads;
  if (row >= shape.rows) {
    return;
  }
  let drawn = pcg4d(vec4u(shape.seed, shape.sequence, row, quad)) >> vec4u(8u);
  let end = min(4 * quad + 4, shape.columns);
  for (var j = 4 * quad; j < end; j++) {
    x[row * shape.columns + j] = (f32(drawn[j % 4]) * 0x1p-24 - 0.5) * width[j];
  }
}
