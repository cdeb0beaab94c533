// Per segment of at most SEGMENT rows: its rows in the order of their labels, by a stable counting
// sort, and the weight that each cluster has of it:
//   order[s]         the segment's rows of cluster 0, then those of cluster 1, ...
//   ends[k][s]       where in it those of cluster k end
//   partial[s][k][quads] = (sum_{i in s, label_i = k} w_i, 0, 0, 0)
//
// labels   [rows]     rows [first, first + rows), first a multiple of SEGMENT
// weights  [rows], read if WEIGHTED
// order    [segments of this dispatch][SEGMENT]
// ends     [K][segments of this dispatch]
// partial  [segments of this dispatch][K][quads + 1]  vec4; the rest of it is accumulate.wgsl's
//
// An invocation owns one segment. Cost: two passes over N labels; touches 8 bytes of counters a row.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  clusters: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> labels: array<u32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read> state: array<u32>;
@group(0) @binding(4) var<storage, read_write> order: array<u32>;
@group(0) @binding(5) var<storage, read_write> ends: array<u32>;
@group(0) @binding(6) var<storage, read_write> partial: array<vec4f>;

// Few, as there are few segments: so more of a device's processors have some.
const WORKGROUP = 16;
const SEGMENT = 1024;
const WEIGHTED = false;
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
  let segment = (group.x + group.y * groups.x) * WORKGROUP + lane;
  let segments = (shape.rows + SEGMENT - 1) / SEGMENT;
  if (segment >= segments) {
    return;
  }
  let start = shape.first + segment * SEGMENT;
  let end = min(start + SEGMENT, shape.first + shape.rows);
  for (var k = 0u; k < shape.clusters; k++) {
    ends[k * segments + segment] = 0;
  }
  for (var row = start; row < end; row++) {
    ends[labels[row] * segments + segment]++;
  }
  // From counts to where each cluster begins; the second pass moves that to where it ends.
  let columns = shape.quads + 1;
  var at = segment * SEGMENT;
  var sum = (segment * shape.clusters + 1) * columns - 1;
  for (var k = 0u; k < shape.clusters; k++) {
    let count = ends[k * segments + segment];
    ends[k * segments + segment] = at;
    at += count;
    partial[sum] = vec4f(select(f32(count), 0.0, WEIGHTED), 0, 0, 0);
    sum += columns;
  }
  for (var row = start; row < end; row++) {
    let k = labels[row];
    let place = ends[k * segments + segment];
    order[place] = row;
    ends[k * segments + segment] = place + 1;
    if (WEIGHTED) {
      partial[(segment * shape.clusters + k + 1) * columns - 1].x += weights[row];
    }
  }
}
