// points[.][i] /= sqrt(norms[i]), in place: rows of length 1. found[0] = the lowest row of length 0
// (the caller sets it to 0xffffffff first); such a row is left as it is.
//
// points  see lib/points_layout.wgsl
// norms   [rows]           squared lengths
//
// An invocation owns one row. Cost: N D FLOPs; reads and writes 16 ceil(D / 4) bytes a row.
struct Shape {
  rows: u32,
  quads: u32,
  start: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> norms: array<f32>;
@group(0) @binding(2) var<storage, read_write> points: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> found: array<atomic<u32>>;

const WORKGROUP = 64;

// import lib/points_layout.wgsl

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
  let norm = norms[row];
  if (norm == 0) {
    atomicMin(&found[0], shape.start + row);
    return;
  }
  let at = point_at(row, shape.quads);
  for (var q = 0u; q < shape.quads; q++) {
    points[at + q * BLOCK_ROWS] /= sqrt(norm);
  }
}
