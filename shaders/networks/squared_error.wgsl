// How far a network's output lies from what it should be, and the gradient of that:
//   loss[j] = weight sum_i (y_ij - x_ij)^2,  gradient_ij = 2 weight (y_ij - x_ij)
//
// y, x      [rows][quads]   vec4, zeros past the last column
// gradient  likewise
// loss      [quads]         vec4
//
// A workgroup owns WIDE quads of columns; 256 / WIDE invocations share the rows of each, whose sums are then added as a
// tree. Cost: 5 FLOPs and 12 bytes a number.
struct Shape {
  rows: u32,
  quads: u32,
  weight: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> y: array<vec4f>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> gradient: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> loss: array<vec4f>;

// import ../lib/down_columns.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let quad = (group.x + group.y * groups.x) * WIDE + lane % WIDE;
  var sum = vec4f();
  if (quad < shape.quads) {
    for (var i = lane / WIDE; i < shape.rows; i += TALL) {
      let at = i * shape.quads + quad;
      let difference = y[at] - x[at];
      gradient[at] = 2 * shape.weight * difference;
      sum += difference * difference;
    }
  }
  sum = down_columns(sum, lane);
  if (quad < shape.quads && lane < WIDE) {
    loss[quad] = shape.weight * sum;
  }
}
