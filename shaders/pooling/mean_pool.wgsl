// pooled[b] = sum_t w_bt x_bt / max(sum_t w_bt, 1e-9); if NORMALIZED divided by its length, or by 1e-12.
//
// tokens   [B][T][D]
// weights  [B][T]     of all sentences: those of this block begin at `first`
// pooled   [B][D]     of this block
//
// A workgroup owns a sentence, an invocation every WORKGROUP-th column of it: neighbours read neighbouring addresses,
// and all the same weight. Sums are taken over runs of RUN tokens, then over the runs.
// Cost: reads 4 B T D bytes; 2 B T D FLOPs.
struct Shape {
  sentences: u32,
  tokens: u32,
  columns: u32,
  first: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> tokens: array<f32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read_write> pooled: array<f32>;

const WORKGROUP = 128;
const RUN = 64;
const NORMALIZED = false;
const LEAST_WEIGHT = 1e-9;
const LEAST_LENGTH = 1e-12;

var<workgroup> squares: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let b = group.x + group.y * groups.x;
  if (b >= shape.sentences) {
    return;
  }
  let row = (shape.first + b) * shape.tokens;
  var weight = 0.0;
  for (var t = 0u; t < shape.tokens; t++) {
    weight += weights[row + t];
  }
  let share = 1.0 / max(weight, LEAST_WEIGHT);
  var square = 0.0;
  for (var j = lane; j < shape.columns; j += WORKGROUP) {
    var sum = 0.0;
    for (var start = 0u; start < shape.tokens; start += RUN) {
      var run = 0.0;
      for (var t = start; t < min(start + RUN, shape.tokens); t++) {
        run += weights[row + t] * tokens[(b * shape.tokens + t) * shape.columns + j];
      }
      sum += run;
    }
    let mean = sum * share;
    square += mean * mean;
    pooled[b * shape.columns + j] = mean;
  }
  if (!NORMALIZED) {
    return;
  }
  squares[lane] = square;
  workgroupBarrier();
  for (var half = WORKGROUP / 2; half > 0; half /= 2) {
    if (lane < u32(half)) {
      squares[lane] += squares[lane + u32(half)];
    }
    workgroupBarrier();
  }
  let length = max(sqrt(squares[0]), LEAST_LENGTH);
  for (var j = lane; j < shape.columns; j += WORKGROUP) {
    pooled[b * shape.columns + j] /= length;
  }
}
