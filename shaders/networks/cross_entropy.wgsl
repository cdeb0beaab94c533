// How unlikely rows are of which a network gives the probabilities of 1, and the gradient of that:
//   loss[j] = -weight sum_i (x_ij log y_ij + (1 - x_ij) log(1 - y_ij)),  gradient_ij = weight (y_ij - x_ij) / (y_ij (1 - y_ij))
// where y is held from LEAST to 1 - LEAST.
//
// y, x      [rows][quads]   vec4, from 0 to 1; zeros past the last column
// gradient  likewise
// loss      [quads]         vec4
//
// A workgroup owns WIDE quads of columns, see lib/down_columns.wgsl. Cost: 10 FLOPs, two logarithms and 12 bytes a number.
struct Shape {
  rows: u32,
  quads: u32,
  columns: u32,
  weight: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> y: array<vec4f>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> gradient: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> loss: array<vec4f>;

const LEAST = 0x1p-20;

// import ../lib/down_columns.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let quad = (group.x + group.y * groups.x) * WIDE + lane % WIDE;
  let isThere = 4 * quad + vec4u(0, 1, 2, 3) < vec4u(shape.columns);
  var sum = vec4f();
  if (quad < shape.quads) {
    for (var i = lane / WIDE; i < shape.rows; i += TALL) {
      let at = i * shape.quads + quad;
      let p = clamp(y[at], vec4f(LEAST), vec4f(1 - LEAST));
      let slope = shape.weight * (p - x[at]) / (p * (1 - p));
      gradient[at] = select(vec4f(), slope, isThere);
      sum -= x[at] * log(p) + (1 - x[at]) * log(1 - p);
    }
  }
  sum = down_columns(select(vec4f(), sum, isThere), lane);
  if (quad < shape.quads && lane < WIDE) {
    loss[quad] = shape.weight * sum;
  }
}
