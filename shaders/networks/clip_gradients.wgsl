// Keeps the length of all gradients together below a limit: scale = min(1, most / sqrt(sum_i squares_i)).
//
// squares  [length]   sums of squares of parts of the gradients
// control  see lib/control.wgsl
//
// One workgroup, whose invocations add up runs that are then added as a tree.
struct Shape {
  length: u32,
  most: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> squares: array<f32>;
@group(0) @binding(2) var<storage, read_write> control: array<f32>;

const WORKGROUP = 64;

// import ../lib/control.wgsl

var<workgroup> partial: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sum = 0f;
  for (var i = lane; i < shape.length; i += WORKGROUP) {
    sum += squares[i];
  }
  for (var half = WORKGROUP / 2u; half > 0; half /= 2) {
    partial[lane] = sum;
    workgroupBarrier();
    if (lane < half) {
      sum += partial[lane + half];
    }
    workgroupBarrier();
  }
  if (lane == 0) {
    control[SCALE] = min(1, shape.most * inverseSqrt(max(sum, 1e-30)));
  }
}
