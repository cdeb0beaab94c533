// Adds the partial sums of runs of rows, in order, as a tree of RUN-term runs:
//   totals[i] = sum_l partial[l][i]
//
// partial  [lanes][entries]  vec4
// totals   [entries]         vec4
// state    nothing is done unless state[HALTED] is 0
//
// An invocation owns one vec4. Cost: 4 lanes x entries FLOPs; reads 16 lanes x entries bytes.
struct Shape {
  entries: u32,
  lanes: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> partial: array<vec4f>;
@group(0) @binding(2) var<storage, read> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> totals: array<vec4f>;

const WORKGROUP = 64;
const RUN = 32;
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
  var closed = vec4f();
  for (var start = 0u; start < shape.lanes; start += RUN) {
    let end = min(start + RUN, shape.lanes);
    var open = vec4f();
    for (var l = start; l < end; l++) {
      open += partial[l * shape.entries + index];
    }
    closed += open;
  }
  totals[index] = closed;
}
