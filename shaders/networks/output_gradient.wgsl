// From the gradient of a layer's output that of its sums, in place, and that of its bias:
//   gradient_ij *= act'(y_ij),  bias_j = sum_i gradient_ij
//
// y         [rows][quads]   vec4, what the layer gave, zeros past the last column; not read where ACTIVATION is 0
// gradient  likewise
// bias      [quads]         vec4
//
// A workgroup owns WIDE quads of columns, see lib/down_columns.wgsl. Cost: 2 to 5 FLOPs and 12 bytes a number.
struct Shape {
  rows: u32,
  quads: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> y: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> gradient: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> bias: array<vec4f>;

const ACTIVATION = 0;

// import ../lib/activation.wgsl
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
      var g = gradient[at];
      #if ACTIVATION > 0
      g *= activation_slope(y[at]);
      gradient[at] = g;
      #end
      sum += g;
    }
  }
  sum = down_columns(sum, lane);
  if (quad < shape.quads && lane < WIDE) {
    bias[quad] = sum;
  }
}
