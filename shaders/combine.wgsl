// Adds the segments' partial sums, in segment order, as a tree of RUN-term runs:
//   totals[i] = sum_s partial[s][i]
// Called for one batch of segments after the other; the running sums live in `levels`, so the
// result depends neither on how segments were batched nor on how rows were chunked.
//
// partial  [segments][entries]  vec4; entries = K (quads + 1), see accumulate.wgsl
// levels   [2][entries]         vec4: the open run, and the sum of the closed ones
// totals   [entries]            vec4, written by the last batch
// empties  [1]                  counts the clusters of zero weight, in the last batch
//
// An invocation owns one entry. Cost: 4 S K D FLOPs; reads 16 S K (quads + 1) bytes.
struct Shape {
  entries: u32,
  columns: u32,
  segments: u32,
  first_segment: u32,
  last: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> partial: array<vec4f>;
@group(0) @binding(2) var<storage, read> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> levels: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> totals: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> empties: array<atomic<u32>>;

const WORKGROUP = 64;
const RUN = 64;
const HALTED = 1;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  if (state[HALTED] != 0) {
    return;
  }
  let index = (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (index >= shape.entries) {
    return;
  }
  var open = vec4f();
  var closed = vec4f();
  if (shape.first_segment > 0) {
    open = levels[index];
    closed = levels[shape.entries + index];
  }
  for (var s = 0u; s < shape.segments; s++) {
    open += partial[s * shape.entries + index];
    if ((shape.first_segment + s + 1) % RUN == 0) {
      closed += open;
      open = vec4f();
    }
  }
  levels[index] = open;
  levels[shape.entries + index] = closed;
  if (shape.last == 0) {
    return;
  }
  let total = closed + open;
  totals[index] = total;
  if (index % shape.columns == shape.columns - 1 && total.x == 0) {
    atomicAdd(&empties[0], 1);
  }
}
