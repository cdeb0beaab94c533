// counts[k] += rows labelled k, of those only the rows of positive weight if WEIGHTED. Integer atomics: the result does not depend on their order.
//
// labels   [rows]
// weights  [rows], read if WEIGHTED
// counts   [K]    set to zero by the caller before the first chunk
//
// An invocation owns one row. Cost: reads 4 N bytes.
struct Shape {
  rows: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> labels: array<u32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read_write> counts: array<atomic<u32>>;

const WORKGROUP = 64;
const WEIGHTED = false;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (row >= shape.rows) {
    return;
  }
  if (WEIGHTED) {
    if (weights[row] == 0) {
      return;
    }
  }
  atomicAdd(&counts[labels[row]], 1);
}
