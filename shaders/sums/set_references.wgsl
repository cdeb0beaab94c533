// Before all rows are summed anew: what their residuals will be from.
//   references = centroids    unless sums are amended
//
// centroids, references  [entries]  vec4
//
// An invocation owns one vec4. Cost: reads 16 bytes of each, and writes them.
struct Shape {
  entries: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> centroids: array<vec4f>;
@group(0) @binding(2) var<storage, read> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> references: array<vec4f>;

const WORKGROUP = 64;
const HALTED = 1;
const AMENDED = 4;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  if (state[HALTED] != 0 || state[AMENDED] != 0) {
    return;
  }
  let index = (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (index < shape.entries) {
    references[index] = centroids[index];
  }
}
