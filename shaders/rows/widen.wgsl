// Whole numbers held in less, as the float32 rows that are made of them:
//   wide[i] = (unpacked(points[start + i]) + shift - by) scale, each column with its own
// The first sum is one of integers, and exact: the rest rounds as change_columns.wgsl does.
//
// points   [..]        Stored; see lib/points_layout.wgsl: whole blocks of rows, the first at `start`
// wide     [count]     laid out alike, a vec4 for four columns
// columns  [3][quads]  vec4: shift (whole numbers), by, scale; zeros past the last column
//
// An invocation owns one vec4. Cost: 12 FLOPs; reads 4 bytes (of bytes; columns that its neighbours read, too)
// and writes 16 each.
// import ../lib/points_layout.wgsl

struct Shape {
  count: u32,
  start: u32,
  quads: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> columns: array<vec4f>;
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
  let quads = shape.quads;
  let quad = i / BLOCK_ROWS % quads;
  let whole = vec4i(unpacked(points[shape.start + i])) + vec4i(columns[quad]);
  wide[i] = (vec4f(whole) - columns[quads + quad]) * columns[2 * quads + quad];
}
