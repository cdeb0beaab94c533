// Before a bounded assignment: how far the centroids have moved since the last one.
//   drift[k]  = |new[k] - old[k]|, rounded up
//   travel[g] += max_{k in g} drift[k]
//   reach     = max_k |c_k|, rounded up
//
// groups, frame, member_norms  see lib/bounds.wgsl
// moves          [clusters]  see update.wgsl; zeros after a reset
// half_norms     [clusters]
// state          see converge.wgsl
//
// One workgroup; an invocation owns one group. Cost: a few FLOPs a cluster.
struct Shape {
  clusters: u32,
  groups: u32,
  group_size: u32,
  // What a root of a sum of squares over the columns is multiplied by to be rounded up.
  growth: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> groups: array<u32>;
@group(0) @binding(2) var<storage, read> moves: array<f32>;
@group(0) @binding(3) var<storage, read> half_norms: array<f32>;
@group(0) @binding(4) var<storage, read> state: array<u32>;
@group(0) @binding(5) var<storage, read_write> frame: array<f32>;
@group(0) @binding(6) var<storage, read_write> member_norms: array<f32>;

const WORKGROUP = 64;
const HALTED = 1;
// Larger than any score.
const NEVER = 3e38;

// import ../lib/bounds.wgsl

var<workgroup> group_reach: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) g: u32) {
  let halted = state[HALTED] != 0;
  var most = 0.0;
  var reach = 0.0;
  if (g < shape.groups && !halted) {
    for (var i = 0u; i < shape.group_size; i++) {
      let member = g * shape.group_size + i;
      let k = groups[member];
      member_norms[member] = NEVER;
      if (k < shape.clusters) {
        let drift = sqrt(moves[k]) * shape.growth + TINY;
        frame[DRIFTS + 2 * k] = drift;
        frame[DRIFTS + 2 * k + 1] = f32(g);
        most = max(most, drift);
        member_norms[member] = half_norms[k];
        reach = max(reach, sqrt(2 * half_norms[k]) * shape.growth);
      }
    }
    frame[TRAVEL + g] = (frame[TRAVEL + g] + most) * UP;
  }
  group_reach[g] = reach;
  workgroupBarrier();
  if (g != 0) {
    return;
  }
  frame[FRAME_HALTED] = select(0.0, 1.0, halted);
  for (var i = 0u; i < WORKGROUP; i++) {
    reach = max(reach, group_reach[i]);
  }
  frame[REACH] = reach;
}
