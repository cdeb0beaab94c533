// points[q][i] *= scale[q], in place. With powers of two it rounds nothing.
//
// points  see lib/points_layout.wgsl; rows [first, first + rows) of them
// scale   [quads]          vec4
//
// An invocation owns one row. Cost: N D FLOPs; reads and writes 16 ceil(D / 4) bytes a row.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> scale: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> points: array<vec4f>;

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
  for (var q = 0u; q < shape.quads; q++) {
    points[at + q * BLOCK_ROWS] *= scale[q];
  }
}
