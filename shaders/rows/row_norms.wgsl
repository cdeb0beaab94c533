// norms[i] = |x_i|^2.
//
// points  see lib/points_layout.wgsl
// norms   [rows]
//
// An invocation owns one row. Cost: 2 N D FLOPs; reads 16 ceil(D / 4) bytes a row.
struct Shape {
  rows: u32,
  quads: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read_write> norms: array<f32>;

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
  let at = point_at(row, shape.quads);
  var sum = vec4f();
  for (var q = 0u; q < shape.quads; q++) {
    let x = unpacked(points[at + q * BLOCK_ROWS]);
    sum += x * x;
  }
  norms[row] = (sum.x + sum.y) + (sum.z + sum.w);
}
