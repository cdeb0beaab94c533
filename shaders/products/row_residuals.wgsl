// residuals[i] = |x_i - y_i|^2, how far each row lies from its image, from direct differences.
//
// points     see lib/points_layout.wgsl; rows [first, first + rows) of them
// images     laid out as the points, in rows of image_quads vec4s, of which the first are read
// residuals  [rows]
//
// An invocation owns one row. Cost: 3 N D FLOPs; reads 32 ceil(D / 4) bytes a row.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  image_quads: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> images: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> residuals: array<f32>;

const WORKGROUP = 64;

// import ../lib/points_layout.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (row >= shape.rows) {
    return;
  }
  let at = point_at(shape.first + row, shape.quads);
  let image = point_at(row, shape.image_quads);
  var sum = vec4f();
  for (var q = 0u; q < shape.quads; q++) {
    let residual = unpacked(points[at + q * BLOCK_ROWS]) - images[image + q * BLOCK_ROWS];
    sum += residual * residual;
  }
  residuals[row] = (sum.x + sum.y) + (sum.z + sum.w);
}
