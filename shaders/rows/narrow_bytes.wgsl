// Packs whole numbers from -128 to 127 into bytes:
//   bytes[start + i] = the four of wide[i], the first in the lowest byte
//
// wide   [count]  vec4; see lib/points_layout.wgsl: whole blocks of rows
// bytes  [..]     laid out alike, a word for four columns
//
// An invocation owns one vec4. Cost: no FLOPs; reads 16 and writes 4 bytes each.
struct Shape {
  count: u32,
  start: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> wide: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> bytes: array<u32>;

const WORKGROUP = 64;

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
  let each = (vec4u(vec4i(wide[i])) & vec4u(0xff)) << vec4u(0, 8, 16, 24);
  bytes[shape.start + i] = each.x | each.y | each.z | each.w;
}
