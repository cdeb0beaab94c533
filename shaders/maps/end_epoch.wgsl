// Ends an epoch of a batch map: records the rows' squared distances to their units, and counts the epoch.
//
// state    [0]                   epochs done
// totals   [entries]             see combine.wgsl
// history  [HISTORY][WORKGROUP]  the sum of epoch e as WORKGROUP sums in slot e % HISTORY
//
// One workgroup. Cost: as many FLOPs as entries.
struct Shape {
  entries: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> totals: array<ClusterSum>;
@group(0) @binding(2) var<storage, read_write> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> history: array<f32>;

const WORKGROUP = 256;
const HISTORY = 64;
const ITERATIONS = 0;

// import ../lib/cluster_sums.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  let epoch = state[ITERATIONS];
  var cost = 0.0;
  for (var i = lane; i < shape.entries; i += WORKGROUP) {
    cost += totals[i].cost;
  }
  history[(epoch % HISTORY) * WORKGROUP + lane] = cost;
  // Every invocation has read the state before the first one writes it.
  storageBarrier();
  workgroupBarrier();
  if (lane == 0) {
    state[ITERATIONS] = epoch + 1;
  }
}
