// Ends a step: losses[step][c] = sum_i pieces[c][i] for each part c of the loss, and counts it.
//
// pieces   [parts][length]
// losses   [steps][4]
// control  see lib/control.wgsl; an update of the parameters was done where `updates` is 1
//
// One workgroup, whose invocations add up runs that are then added as a tree.
struct Shape {
  parts: u32,
  length: u32,
  updates: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> pieces: array<f32>;
@group(0) @binding(2) var<storage, read_write> losses: array<f32>;
@group(0) @binding(3) var<storage, read_write> control: array<f32>;

const WORKGROUP = 64;

// import ../lib/control.wgsl

var<workgroup> partial: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  for (var c = 0u; c < shape.parts; c++) {
    var sum = 0f;
    for (var i = lane; i < shape.length; i += WORKGROUP) {
      sum += pieces[c * shape.length + i];
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
      losses[4 * u32(control[STEP]) + c] = sum;
    }
  }
  // After all have read where it stands.
  workgroupBarrier();
  if (lane == 0) {
    control[STEP] += 1;
    control[UPDATES] += f32(shape.updates);
  }
}
