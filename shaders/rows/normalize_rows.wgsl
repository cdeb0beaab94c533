// points[.][i] = x_i / |x_i| - shift, in place: directions less a shift, which in a narrow cone leaves the
// digits that tell them apart: (x - |x| shift) / |x| from one fused operation. found[0] = the lowest row
// without direction (the caller sets it to 0xffffffff first); such a row is left as it is. Rows are
// scaled by a power of two first, so that no square leaves float32's range.
//
// points  see lib/points_layout.wgsl
// shift   [quads]  vec4, zeros past the last column
//
// An invocation owns one row. Cost: 6 N D FLOPs; reads 48 ceil(D / 4), writes 16 ceil(D / 4) bytes a row.
struct Shape {
  rows: u32,
  quads: u32,
  start: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> shift: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> points: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> found: array<atomic<u32>>;

const WORKGROUP = 64;

// import ../lib/points_layout.wgsl

// The power of two that puts a number > 0 between 1/2 and 2, as far as float32 has it.
fn power_for(largest: f32) -> f32 {
  let exponent = bitcast<u32>(largest) >> 23;
  return bitcast<f32>((253 - min(exponent, 252)) << 23);
}

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
  let largest = max(max(most.x, most.y), max(most.z, most.w));
  if (largest == 0) {
    atomicMin(&found[0], shape.start + row);
    return;
  }
  let power = power_for(largest);
  var sum = vec4f();
  for (var q = 0u; q < shape.quads; q++) {
    let x = power * points[at + q * BLOCK_ROWS];
    sum += x * x;
  }
  let length = sqrt((sum.x + sum.y) + (sum.z + sum.w));
  for (var q = 0u; q < shape.quads; q++) {
    let x = power * points[at + q * BLOCK_ROWS];
    points[at + q * BLOCK_ROWS] = fma(vec4f(-length), shift[q], x) / length;
  }
}
