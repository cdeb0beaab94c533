// Adds the partial sums of runs of rows, in order, as a tree of GROUP-run sums:
//   totals[i] = sum over the runs l of partial[l][i]
// CARRIED: a batch of runs after the other; the group under way is carried to the next batch, so that the
// result does not depend on how the runs were batched.
//
// partial  [lanes][entries]  vec4: runs [first_run, first_run + lanes) of all
// totals   [entries]         vec4; CARRIED [2][entries]: whole groups, and the one under way. Complete after the
//          last batch, which has `last` not 0
// state    nothing is done unless state[HALTED] is 0
//
// An invocation owns one vec4. Cost: 4 lanes x entries FLOPs; reads 16 lanes x entries bytes.
struct Shape {
  entries: u32,
  lanes: u32,
  first_run: u32,
  last: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> partial: array<vec4f>;
@group(0) @binding(2) var<storage, read> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> totals: array<vec4f>;

const WORKGROUP = 64;
const GROUP = 32;
const CARRIED = false;
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
  var whole = vec4f();
  var open = vec4f();
  #if CARRIED
  if (shape.first_run > 0) {
    whole = totals[index];
    open = totals[shape.entries + index];
  }
  #end
  for (var l = 0u; l < shape.lanes; l++) {
    open += partial[l * shape.entries + index];
    if ((shape.first_run + l + 1) % GROUP == 0) {
      whole += open;
      open = vec4f();
    }
  }
  #if CARRIED
  totals[shape.entries + index] = open;
  #end
  if (shape.last != 0) {
    whole += open;
  }
  totals[index] = whole;
}
