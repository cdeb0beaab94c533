// points[q][i] *= scale[q], in place. With powers of two it rounds nothing.
//
// points  [quads][stride]  rows [first, first + rows) of it
// scale   [quads]          vec4
//
// An invocation owns one row. Cost: N D FLOPs; reads and writes 16 ceil(D / 4) bytes a row.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  stride: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> scale: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> points: array<vec4f>;

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
  for (var q = 0u; q < shape.quads; q++) {
    points[q * shape.stride + shape.first + row] *= scale[q];
  }
}
