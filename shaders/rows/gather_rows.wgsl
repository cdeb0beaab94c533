// gathered[m] = x_indices[m], for the indices that lie in this chunk of the rows.
//
// points    see lib/points_layout.wgsl; rows [start, start + rows) of the whole
// indices   [count]          row numbers in the whole
// gathered  [count][quads]   vec4
//
// Lines of memory: the rows that are wanted lie anywhere.
//
// An invocation owns one vec4. Cost: reads and writes 16 quads bytes a gathered row.
struct Shape {
  start: u32,
  rows: u32,
  quads: u32,
  count: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> indices: array<u32>;
@group(0) @binding(3) var<storage, read_write> gathered: array<vec4f>;

const WORKGROUP = 64;

// import ../lib/points_layout.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.x + group.y * groups.x) * WORKGROUP + lane;
  let m = index / shape.quads;
  let q = index % shape.quads;
  if (m >= shape.count) {
    return;
  }
  let row = indices[m];
  if (row >= shape.start && row - shape.start < shape.rows) {
    gathered[index] = unpacked(points[point_at(row - shape.start, shape.quads) + q * BLOCK_ROWS]);
  }
}
