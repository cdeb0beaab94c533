// Adds the runs' partial sums, in the order of the runs, as a tree of GROUP-term sums:
//   totals[i] = (what it was, while sums are amended, else 0) + sum_r partial[r][i]
// Called for one batch of segments after the other; what a batch leaves open lives in `carry` and
// `levels`, so the result depends neither on how segments were batched nor on how rows were chunked.
//
// partial  [runs of this batch][entries]  entries = K quads, see accumulate.wgsl
// carry    [entries]  the sums of a run that goes on in the next batch
// levels   [entries]  the group of runs under way
// totals   [entries]  complete after the last batch
// state    [3] counts the clusters of zero weight, in the last batch; [4] see converge.wgsl
//
// An invocation owns one entry. Cost: 6 R K quads FLOPs for R runs; reads 32 R K quads bytes.
struct Shape {
  entries: u32,
  quads: u32,
  segments: u32,
  first_segment: u32,
  last: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> partial: array<ClusterSum>;
@group(0) @binding(2) var<storage, read_write> state: array<atomic<u32>>;
@group(0) @binding(3) var<storage, read_write> carry: array<ClusterSum>;
@group(0) @binding(4) var<storage, read_write> levels: array<ClusterSum>;
@group(0) @binding(5) var<storage, read_write> totals: array<ClusterSum>;

const WORKGROUP = 64;
const GROUP = 64;
const HALTED = 1;
const EMPTIES = 3;
const AMENDED = 4;

// import ../lib/cluster_sums.wgsl
// import ../lib/row_groups.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  if (atomicLoad(&state[HALTED]) != 0) {
    return;
  }
  let index = (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (index >= shape.entries) {
    return;
  }
  var open = ClusterSum();
  var total = totals[index];
  if (shape.first_segment > 0) {
    open = levels[index];
  } else if (atomicLoad(&state[AMENDED]) == 0) {
    total = ClusterSum();
  }
  let first_run = shape.first_segment / RUN;
  var whole = (shape.first_segment + shape.segments) / RUN - first_run;
  if (shape.last != 0) {
    whole = runs_of(shape.first_segment, shape.segments);
  }
  for (var r = 0u; r < whole; r++) {
    open = plus(open, partial[r * shape.entries + index]);
    if ((first_run + r + 1) % GROUP == 0) {
      total = plus(total, open);
      open = ClusterSum();
    }
  }
  if (shape.last == 0) {
    levels[index] = open;
    if (whole < runs_of(shape.first_segment, shape.segments)) {
      carry[index] = partial[whole * shape.entries + index];
    }
  } else {
    total = plus(total, open);
    total.most_cost = max(total.most_cost, total.cost);
    total.most_weight = max(total.most_weight, total.weight);
    if (index % shape.quads == 0 && total.weight == 0) {
      atomicAdd(&state[EMPTIES], 1);
    }
  }
  totals[index] = total;
}
