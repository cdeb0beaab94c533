// Ends an iteration of expectation maximisation on the device: records the bound, counts the
// iteration, and halts the fit.
//
// sums     [entries]              runs of rows' weighted log-likelihoods
// state    [0] iterations done
//          [1] why the fit has halted: 0 it runs, 1 the bound changed by less than the tolerance,
//              2 a component has no sound factor; the iteration does not count
//          [2] the first such component, 0xffffffff while there is none
//          [3] the bits of the last bound
// history  [HISTORY][WORKGROUP]   the bound of iteration i as WORKGROUP sums in slot i % HISTORY
//
// One workgroup. Cost: as many FLOPs as entries.
struct Shape {
  entries: u32,
  rows: f32,
  tolerance: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> sums: array<f32>;
@group(0) @binding(2) var<storage, read_write> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> history: array<f32>;

const WORKGROUP = 64;
const HISTORY = 64;
const ITERATIONS = 0;
const HALTED = 1;
const FAILED = 2;
const BOUND = 3;
const NONE = 0xffffffffu;

var<workgroup> lanes: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  let iteration = state[ITERATIONS];
  let halted = state[HALTED];
  var sum = 0.0;
  for (var i = lane; i < shape.entries; i += WORKGROUP) {
    sum += sums[i];
  }
  lanes[lane] = sum;
  // Every invocation has read the state before the first one writes it.
  storageBarrier();
  workgroupBarrier();
  if (halted != 0) {
    return;
  }
  history[(iteration % HISTORY) * WORKGROUP + lane] = sum;
  if (lane != 0) {
    return;
  }
  var total = 0.0;
  for (var i = 0u; i < WORKGROUP; i++) {
    total += lanes[i];
  }
  let bound = total / shape.rows;
  if (state[FAILED] != NONE) {
    state[HALTED] = 2;
    return;
  }
  if (iteration > 0 && abs(bound - bitcast<f32>(state[BOUND])) < shape.tolerance) {
    state[HALTED] = 1;
  }
  state[BOUND] = bitcast<u32>(bound);
  state[ITERATIONS] = iteration + 1;
}
