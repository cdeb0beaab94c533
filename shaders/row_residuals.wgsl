// residuals[i] = |x_i - y_i|^2, how far each row lies from its image, from direct differences.
//
// points     [quads][stride]  vec4; rows [first, first + rows) of it
// images     [quads][rows]    vec4
// residuals  [rows]
//
// An invocation owns one row. Cost: 3 N D FLOPs; reads 32 ceil(D / 4) bytes a row.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  stride: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<vec4f>;
@group(0) @binding(2) var<storage, read> images: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> residuals: array<f32>;

const WORKGROUP = 64;

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
  var sum = vec4f();
  for (var q = 0u; q < shape.quads; q++) {
    let residual = points[q * shape.stride + shape.first + row] - images[q * shape.rows + row];
    sum += residual * residual;
  }
  residuals[row] = (sum.x + sum.y) + (sum.z + sum.w);
}
