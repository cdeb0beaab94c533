// Responsibilities from scores, by log-sum-exp, in place:
//   r[k][n] = w_n exp(score[k][n] - L_n),  L_n = log sum_k exp(score[k][n])
//   log_sums[n] = w_n L_n,  entropies[n] = - w_n sum_k r log r   (r without w_n)
//
// scores     [K][score_stride]   rows [0, rows): the scores in, the responsibilities out
// weights    [first + rows]      read if WEIGHTED; else w_n is 1
// log_sums   [first + rows]      rows [first, first + rows) of it are written
// entropies  [first + rows]      likewise
// labels     [first + rows]      written if LABELLED: the largest score's k, ties to the lowest
//
// An invocation owns one row. Cost: N K exponentials; three times reads, twice writes 4 N K bytes.
struct Shape {
  first: u32,
  rows: u32,
  clusters: u32,
  score_stride: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> scores: array<f32>;
@group(0) @binding(4) var<storage, read_write> log_sums: array<f32>;
@group(0) @binding(5) var<storage, read_write> entropies: array<f32>;
@group(0) @binding(6) var<storage, read_write> labels: array<u32>;

const WORKGROUP = 64;
const WEIGHTED = false;
const LABELLED = false;
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
  let row = (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (row >= shape.rows) {
    return;
  }
  let end = shape.clusters * shape.score_stride + row;
  var most = scores[row];
  var best = row;
  for (var at = row + shape.score_stride; at < end; at += shape.score_stride) {
    let score = scores[at];
    if (score > most) {
      most = score;
      best = at;
    }
  }
  var sum = 0.0;
  var mean = 0.0;
  for (var at = row; at < end; at += shape.score_stride) {
    let below = scores[at] - most;
    let likelihood = exp(below);
    scores[at] = likelihood;
    sum += likelihood;
    mean += likelihood * below;
  }
  var weight = 1.0;
  if (WEIGHTED) {
    weight = weights[shape.first + row];
  }
  let scale = weight / sum;
  for (var at = row; at < end; at += shape.score_stride) {
    scores[at] *= scale;
  }
  log_sums[shape.first + row] = weight * (most + log(sum));
  entropies[shape.first + row] = weight * (log(sum) - mean / sum);
  if (LABELLED) {
    labels[shape.first + row] = best / shape.score_stride;
  }
}
