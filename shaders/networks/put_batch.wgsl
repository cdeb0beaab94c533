// Puts a batch where its rows stand in order: rows[step batch + m] = batch[m].
//
// given     [count][quads]         vec4
// control   see lib/control.wgsl
// rows      [rows of all][quads]   vec4
//
// An invocation, of those from `first` on, owns a vec4. Cost: reads and writes 16 quads bytes a row.
struct Shape {
  first: u32,
  quads: u32,
  batch: u32,
  count: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> given: array<vec4f>;
@group(0) @binding(2) var<storage, read> control: array<f32>;
@group(0) @binding(3) var<storage, read_write> rows: array<vec4f>;

const WORKGROUP = 64;

// import ../lib/control.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = shape.first + (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (index >= shape.count * shape.quads) {
    return;
  }
  rows[u32(control[STEP]) * shape.batch * shape.quads + index] = given[index];
}
