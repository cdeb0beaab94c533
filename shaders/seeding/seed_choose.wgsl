// Takes the candidate that leaves the least potential (ties: the first) as the next centre.
//
// potentials  [blocks][padded trials]  see seed_trials.wgsl
// candidates  [padded trials][quads]   vec4
// centres     [..][quads]              vec4; row `centre` is written
// chosen      [1]                      which of the trials that is
//
// One workgroup: an invocation sums a share of the blocks for a trial, neighbours for neighbouring trials, which lie side
// by side; then an invocation sums the shares of a trial.
// Lines of memory: a share's blocks follow each other, so the lines of a load are used by the next ones.
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

const WORKGROUP = 256;
// Of the blocks: how the sums round depends on it.
const SHARES = 64;
// Trials that there may be.
const MOST_TRIALS = 16;

var<workgroup> shares: array<f32, SHARES * MOST_TRIALS>;
var<workgroup> totals: array<f32, MOST_TRIALS>;
var<workgroup> best: u32;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  let length = (shape.blocks + SHARES - 1) / SHARES;
  for (var e = lane; e < SHARES * shape.trials; e += WORKGROUP) {
    let share = e / shape.trials;
    let t = e % shape.trials;
    var sum = 0.0;
    for (var b = share * length; b < min((share + 1) * length, shape.blocks); b++) {
      sum += potentials[b * shape.padded_trials + t];
    }
    shares[e] = sum;
  }
  workgroupBarrier();
  if (lane < shape.trials) {
    var total = 0.0;
    for (var i = 0u; i < SHARES; i++) {
      total += shares[i * shape.trials + lane];
    }
    totals[lane] = total;
  }
  workgroupBarrier();
  if (lane == 0) {
    var first = 0u;
    for (var t = 1u; t < shape.trials; t++) {
      if (totals[t] < totals[first]) {
        first = t;
      }
    }
    best = first;
  }
  workgroupBarrier();
  for (var q = lane; q < shape.quads; q += WORKGROUP) {
    centres[shape.centre * shape.quads + q] = candidates[best * shape.quads + q];
  }
  if (lane == 0) {
    chosen[0] = best;
  }
}
