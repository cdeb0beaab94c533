// Rows in float32, out of less, and with what they are less of:
//   wide[i] = unpacked(points[start + i]) + shift[the quad of columns it holds]
// Of whole numbers nothing is rounded.
//
// points  [..]     Stored; see lib/points_layout.wgsl: whole blocks of rows, the first at `start`
// wide    [count]  laid out alike, a vec4 for four columns
// shift   [quads]  vec4, zeros past the last column
//
// An invocation owns one vec4. Cost: 4 FLOPs; reads 4 bytes (of bytes; a shift its neighbours read, too) and
// writes 16 each.
// import ../lib/points_layout.wgsl

struct Shape {
  count: u32,
  start: u32,
  quads: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> shift: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> wide: array<vec4f>;

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
  wide[i] = unpacked(points[shape.start + i]) + shift[i / BLOCK_ROWS % shape.quads];
}
