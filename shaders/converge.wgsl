// Ends an iteration on the device: records the objective, counts the iteration, and halts the fit.
//
// state    [0] iterations done
//          [1] why the fit has halted: 0 it runs, 1 no label changed, 2 the centroids moved by no
//              more than the tolerance, 3 a cluster is empty and the host must relocate it
//          [2] labels changed in the last iteration done
// costs    [entries]               see accumulate.wgsl
// moves    [clusters]              see update.wgsl
// changed  [1]                     labels changed in this iteration; reset
// empties  [1]                     clusters of zero weight in this iteration
// history  [HISTORY][WORKGROUP]    the objective of iteration i as WORKGROUP sums in slot i % HISTORY
//
// One workgroup. Cost: as many FLOPs as entries.
struct Shape {
  clusters: u32,
  entries: u32,
  tolerance: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> costs: array<f32>;
@group(0) @binding(2) var<storage, read> moves: array<f32>;
@group(0) @binding(3) var<storage, read> empties: array<u32>;
@group(0) @binding(4) var<storage, read_write> state: array<u32>;
@group(0) @binding(5) var<storage, read_write> changed: array<u32>;
@group(0) @binding(6) var<storage, read_write> history: array<f32>;

const WORKGROUP = 256;
const HISTORY = 64;
const ITERATIONS = 0;
const HALTED = 1;
const CHANGED = 2;

var<workgroup> lane_moves: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  let iteration = state[ITERATIONS];
  let halted = state[HALTED];
  var cost = 0.0;
  for (var i = lane; i < shape.entries; i += WORKGROUP) {
    cost += costs[i];
  }
  var travelled = 0.0;
  for (var k = lane; k < shape.clusters; k += WORKGROUP) {
    travelled += moves[k];
  }
  lane_moves[lane] = travelled;
  // Every invocation has read the state before the first one writes it.
  storageBarrier();
  workgroupBarrier();
  if (halted != 0) {
    return;
  }
  if (empties[0] != 0) {
    if (lane == 0) {
      state[HALTED] = 3;
    }
    return;
  }
  history[(iteration % HISTORY) * WORKGROUP + lane] = cost;
  if (lane != 0) {
    return;
  }
  var moved = 0.0;
  for (var i = 0u; i < WORKGROUP; i++) {
    moved += lane_moves[i];
  }
  if (iteration > 0 && changed[0] == 0) {
    state[HALTED] = 1;
  } else if (moved <= shape.tolerance) {
    state[HALTED] = 2;
  }
  state[ITERATIONS] = iteration + 1;
  state[CHANGED] = changed[0];
  changed[0] = 0;
}
