// found[0] = start + the lowest index of a NaN or infinity (all exponent bits set), judged on the bits
// because WGSL may assume that neither occurs. The caller sets found[0] to 0xffffffff first.
//
// bits   [count]  float32 values as u32
//
// An invocation owns VALUES neighbouring values. Cost: reads 4 bytes a value.
struct Shape {
  count: u32,
  start: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> bits: array<u32>;
@group(0) @binding(2) var<storage, read_write> found: array<atomic<u32>>;

const WORKGROUP = 64;
const VALUES = 16;
const EXPONENT = 0x7f800000u;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let start = ((group.x + group.y * groups.x) * WORKGROUP + lane) * VALUES;
  let end = min(start + VALUES, shape.count);
  for (var i = start; i < end; i++) {
    if ((bits[i] & EXPONENT) == EXPONENT) {
      atomicMin(&found[0], shape.start + i);
      return;
    }
  }
}
