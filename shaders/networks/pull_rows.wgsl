// The gradient of rows that are drawn to centres: gradient_i = own gradient_i + sum_j c_ij (z_i - m_j).
//
// z         [rows][quads]             vec4
// centres   [k][quads]                vec4: m
// c         [rows][ceil(k / 4)]       vec4, see cluster_weights.wgsl
// gradient  [rows][quads]             vec4, not read where `own` is 0
//
// An invocation, of those from `first` on, owns a vec4. Cost: 12 FLOPs a centre and vec4.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  k: u32,
  own: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> z: array<vec4f>;
@group(0) @binding(2) var<storage, read> centres: array<vec4f>;
@group(0) @binding(3) var<storage, read> c: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> gradient: array<vec4f>;

const WORKGROUP = 64;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = shape.first + (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (index >= shape.rows * shape.quads) {
    return;
  }
  let fours = (shape.k + 3) / 4;
  let row = index / shape.quads;
  let mine = z[index];
  var sum = vec4f();
  if (shape.own != 0) {
    sum = shape.own * gradient[index];
  }
  for (var j = 0u; j < shape.k; j++) {
    sum += c[row * fours + j / 4][j % 4] * (mine - centres[j * shape.quads + index % shape.quads]);
  }
  gradient[index] = sum;
}
