// Ends an iteration on the device: records the objective, counts the iteration, halts the fit, and
// decides whether the next iteration amends the sums over the clusters: adds to them only the rows that
// change their label. That keeps a sum's error in proportion to the largest it has been, so it must not
// have fallen far; all rows are summed anew where many change, where centroids have gone far from
// their references, and every MOST_AMENDED iterations.
//
// state    [0] iterations done
//          [1] why the fit has halted: 0 it runs, 1 no label changed, 2 the centroids moved by no
//              more than the tolerance, 3 a cluster is empty and the host must relocate it,
//              4 sums were amended and have lost digits, or the fit has ended: the host must have the
//              iteration done again
//          [2] labels changed in the last iteration done
//          [3] clusters of zero weight in this iteration
//          [4] iterations since all rows were summed, with the next one; 0: that sums all
// The last iteration sums all rows: its centroids are those of a fit that never amends.
// totals   [entries]               see combine.wgsl
// moves, checks  [clusters]        see update.wgsl
// changed  [1]                     labels changed in this iteration; reset
// history  [HISTORY][WORKGROUP]    the objective of iteration i as WORKGROUP sums in slot i % HISTORY
//
// One workgroup. Cost: a few FLOPs an entry.
struct Shape {
  clusters: u32,
  entries: u32,
  tolerance: f32,
  // Changed labels up to which the next iteration may amend sums.
  most_changed: u32,
  // Whether it must not: the sums are no longer those of the rows.
  renew: u32,
  // Iterations after which the host ends the fit.
  most_iterations: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> totals: array<ClusterSum>;
@group(0) @binding(2) var<storage, read> moves: array<f32>;
@group(0) @binding(3) var<storage, read> checks: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> state: array<u32>;
@group(0) @binding(5) var<storage, read_write> changed: array<u32>;
@group(0) @binding(6) var<storage, read_write> history: array<f32>;

const WORKGROUP = 256;
const HISTORY = 64;
const MOST_AMENDED = 32;
// An objective that was so many times as large has lost four more bits.
const LOST = 16;
const ITERATIONS = 0;
const HALTED = 1;
const CHANGED = 2;
const EMPTIES = 3;
const AMENDED = 4;

// import ../lib/cluster_sums.wgsl

struct Lane {
  moved: f32,
  cost: f32,
  most_cost: f32,
  away: f32,
  shrunk: f32,
}
var<workgroup> lanes: array<Lane, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  let iteration = state[ITERATIONS];
  let halted = state[HALTED];
  let empties = state[EMPTIES];
  let amended = state[AMENDED];
  var own = Lane();
  for (var i = lane; i < shape.entries; i += WORKGROUP) {
    own.cost += totals[i].cost;
    own.most_cost += totals[i].most_cost;
  }
  for (var k = lane; k < shape.clusters; k += WORKGROUP) {
    own.moved += moves[k];
    own.cost += checks[k].x;
    own.away += checks[k].y;
    own.shrunk += checks[k].z;
  }
  lanes[lane] = own;
  // Every invocation has read the state before the first one writes it.
  storageBarrier();
  workgroupBarrier();
  if (halted != 0) {
    return;
  }
  if (empties != 0) {
    if (lane == 0) {
      state[HALTED] = select(3u, 4u, amended != 0);
    }
    return;
  }
  history[(iteration % HISTORY) * WORKGROUP + lane] = own.cost;
  if (lane != 0) {
    return;
  }
  var all = Lane();
  for (var i = 0u; i < WORKGROUP; i++) {
    all.moved += lanes[i].moved;
    all.cost += lanes[i].cost;
    all.most_cost += lanes[i].most_cost;
    all.away += lanes[i].away;
    all.shrunk += lanes[i].shrunk;
  }
  var reason = 0u;
  if (iteration > 0 && changed[0] == 0) {
    reason = 1;
  } else if (all.moved <= shape.tolerance) {
    reason = 2;
  }
  let is_lost = all.shrunk > 0 || all.most_cost > LOST * all.cost;
  if (amended != 0 && (is_lost || reason != 0)) {
    state[HALTED] = 4;
    return;
  }
  let amends = shape.renew == 0 && iteration + 2 != shape.most_iterations
    && changed[0] <= shape.most_changed && all.away <= all.cost;
  state[HALTED] = reason;
  state[AMENDED] = select(0u, (amended + 1) % MOST_AMENDED, amends);
  state[ITERATIONS] = iteration + 1;
  state[CHANGED] = changed[0];
  changed[0] = 0;
}
