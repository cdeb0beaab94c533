// largest[0] = max(largest[0], the largest |x_ij|), as the bits of a float32: those of numbers >= 0
// are in the numbers' order.
//
// points   see lib/points_layout.wgsl
// largest  [1]  the caller sets it to 0 first
//
// An invocation owns one row. Cost: N D FLOPs; reads 16 ceil(D / 4) bytes a row.
struct Shape {
  rows: u32,
  quads: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> largest: array<atomic<u32>>;

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
  var most = vec4f();
  for (var q = 0u; q < shape.quads; q++) {
    most = max(most, abs(points[at + q * BLOCK_ROWS]));
  }
  atomicMax(&largest[0], bitcast<u32>(max(max(most.x, most.y), max(most.z, most.w))));
}
