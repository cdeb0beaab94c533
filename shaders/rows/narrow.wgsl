// Rounds packed rows to float16:
//   halves[start + i] = float16(scale wide[i]), to the nearest, ties to even
// What is less than float16's least normal number becomes 0, as a device may read what is below it.
//
// wide    [count]  vec4; see lib/points_layout.wgsl: whole blocks of rows
// halves  [..]     laid out alike, two columns a word, the first in its lower half
// scale            a power of two by which everything stays below 65520
//
// An invocation owns one vec4. Cost: no FLOPs but the scale's; reads 16 and writes 8 bytes each.
struct Shape {
  count: u32,
  start: u32,
  scale: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> wide: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> halves: array<vec2u>;

const WORKGROUP = 64;
// 2^-14 as float32.
const LEAST_NORMAL = 0x38800000u;
// How much greater float32's biased exponent is than float16's, in the place of the latter: 112 << 10.
const REBIAS = 0x1c000u;

// In integers, since pack2x16float may round either way.
fn half_bits(x: vec4f) -> vec4u {
  let bits = bitcast<vec4u>(x);
  let magnitude = bits & vec4u(0x7fffffff);
  let odd = (magnitude >> vec4u(13)) & vec4u(1);
  let rounded = ((magnitude + 0xfff + odd) >> vec4u(13)) - REBIAS;
  let sign = (bits >> vec4u(16)) & vec4u(0x8000);
  return select(vec4u(), sign | rounded, magnitude >= vec4u(LEAST_NORMAL));
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (i >= shape.count) {
    return;
  }
  let half = half_bits(shape.scale * wide[i]);
  halves[shape.start + i] = half.xz | (half.yw << vec2u(16));
}
