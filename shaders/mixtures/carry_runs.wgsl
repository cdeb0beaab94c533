// Adds the partial sums of runs of rows, in order, as a tree of GROUP-run sums, a batch of runs after the
// other; the group under way is carried to the next batch, so that the result does not depend on how
// the runs were batched:
//   totals[0][i] = sum over the runs l of all batches of partial[l][i]
//
// partial  [lanes][entries]  vec4: runs [first_run, first_run + lanes) of all
// totals   [2][entries]      vec4: whole groups, and the one under way; after the last batch, which has
//          `last` not 0, [0] is complete
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
  if (shape.first_run > 0) {
    whole = totals[index];
    open = totals[shape.entries + index];
  }
  for (var l = 0u; l < shape.lanes; l++) {
    open += partial[l * shape.entries + index];
    if ((shape.first_run + l + 1) % GROUP == 0) {
      whole += open;
      open = vec4f();
    }
  }
  if (shape.last != 0) {
    whole += open;
  }
  totals[index] = whole;
  totals[shape.entries + index] = open;
}
