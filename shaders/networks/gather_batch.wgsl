// A batch of rows: gathered[m] = rows[order[step batch + m]], or without order rows[step batch + m], for those rows
// that lie in this part of all.
//
// rows      [held][quads]   vec4, rows [start, start + held) of all
// order     [rows of all]   row numbers, below 2^24
// control   see lib/control.wgsl
// gathered  [count][quads]  vec4
//
// An invocation, of those from `first` on, owns a vec4. Cost: reads and writes 16 quads bytes a row.
struct Shape {
  first: u32,
  start: u32,
  held: u32,
  quads: u32,
  batch: u32,
  count: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> rows: array<vec4f>;
@group(0) @binding(2) var<storage, read> order: array<f32>;
@group(0) @binding(3) var<storage, read> control: array<f32>;
@group(0) @binding(4) var<storage, read_write> gathered: array<vec4f>;

const WORKGROUP = 64;
const ORDERED = true;

// import ../lib/control.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = shape.first + (group.x + group.y * groups.x) * WORKGROUP + lane;
  let m = index / shape.quads;
  if (m >= shape.count) {
    return;
  }
  var row = u32(control[STEP]) * shape.batch + m;
  if (ORDERED) {
    row = u32(order[row]);
  }
  // Of a row before `start` the difference is far above any number of rows.
  if (row - shape.start < shape.held) {
    gathered[index] = rows[(row - shape.start) * shape.quads + index % shape.quads];
  }
}
