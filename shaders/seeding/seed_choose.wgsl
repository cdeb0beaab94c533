// Takes the candidate that leaves the least potential (ties: the first) as the next centre.
//
// potentials  [blocks][padded trials]  see seed_trials.wgsl
// candidates  [padded trials][quads]   vec4
// centres     [..][quads]              vec4; row `centre` is written
// chosen      [1]                      which of the trials that is
//
// One workgroup: each invocation sums a share of the blocks for all trials.
// Lines of memory: a lane reads its own share of the blocks one after the other, a trial at a time; the lines of a share
//   serve all its trials. One workgroup reads a few kilobytes.
// Cost: blocks x trials FLOPs.
struct Shape {
  blocks: u32,
  trials: u32,
  padded_trials: u32,
  quads: u32,
  centre: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> potentials: array<f32>;
@group(0) @binding(2) var<storage, read> candidates: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> centres: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> chosen: array<u32>;

const WORKGROUP = 64;

var<workgroup> shares: array<f32, WORKGROUP>;
var<workgroup> least: f32;
var<workgroup> best: u32;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  let share = (shape.blocks + WORKGROUP - 1) / WORKGROUP;
  for (var t = 0u; t < shape.trials; t++) {
    var sum = 0.0;
    for (var b = lane * share; b < min((lane + 1) * share, shape.blocks); b++) {
      sum += potentials[b * shape.padded_trials + t];
    }
    shares[lane] = sum;
    workgroupBarrier();
    if (lane == 0) {
      var total = 0.0;
      for (var i = 0u; i < WORKGROUP; i++) {
        total += shares[i];
      }
      if (t == 0 || total < least) {
        least = total;
        best = t;
      }
    }
    workgroupBarrier();
  }
  for (var q = lane; q < shape.quads; q += WORKGROUP) {
    centres[shape.centre * shape.quads + q] = candidates[best * shape.quads + q];
  }
  if (lane == 0) {
    chosen[0] = best;
  }
}
