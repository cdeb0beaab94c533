// Per segment: the rows whose share of the clusters' sums is to change, cluster by cluster and in
// their order, by a stable counting sort. While the sums are amended (state[AMENDED] > 0) those are the
// rows whose label is not the one they were summed under: they come to the one and leave the other.
// Else all rows come to their labels.
//
// labels   [rows]     rows [first, first + rows), first a multiple of SEGMENT
// owners   [rows]     the label that each row was summed under last; set to the labels
// order, ranges       see lib/row_groups.wgsl
//
// An invocation owns one segment. Cost: a pass over N labels, one over the rows that change, and
// 16 bytes of counters a cluster.
struct Shape {
  first: u32,
  rows: u32,
  clusters: u32,
  first_segment: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> labels: array<vec4u>;
@group(0) @binding(2) var<storage, read> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> owners: array<vec4u>;
@group(0) @binding(4) var<storage, read_write> order: array<u32>;
@group(0) @binding(5) var<storage, read_write> ranges: array<u32>;

// Few, as there are few segments: so more of a device's processors have some.
const WORKGROUP = 16;
const HALTED = 1;
const AMENDED = 4;

// import ../lib/row_groups.wgsl

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
  let amends = state[AMENDED] != 0;
  let start = shape.first + segment * SEGMENT;
  let end = min(start + SEGMENT, shape.first + shape.rows);
  let list = segment * LIST;
  let noted = list + 2 * SEGMENT;
  // Those of a cluster lie `stride` after those of the one before.
  let stride = runs_of(shape.first_segment, segments) * RUN;
  let place = shape.first_segment % RUN + segment;
  for (var k = 0u; k < shape.clusters; k++) {
    ranges[k * stride + place] = 0;
  }
  var count = end - start;
  if (amends) {
    count = 0u;
    for (var row = start; row < end; row += 4) {
      let now = labels[row / 4];
      let before = owners[row / 4];
      if (any(now != before)) {
        for (var i = 0u; i < min(4, end - row); i++) {
          if (now[i] != before[i]) {
            order[noted + count] = row + i;
            count++;
            ranges[now[i] * stride + place]++;
            ranges[before[i] * stride + place]++;
          }
        }
      }
    }
  } else {
    for (var row = start; row < end; row += 4) {
      let now = labels[row / 4];
      for (var i = 0u; i < min(4, end - row); i++) {
        ranges[now[i] * stride + place]++;
      }
    }
  }
  // From counts to where each cluster's entries begin, and as yet end.
  var at = 0u;
  for (var k = 0u; k < shape.clusters; k++) {
    let entries = ranges[k * stride + place];
    ranges[k * stride + place] = at * 0x10001;
    at += entries;
  }
  for (var i = 0u; i < count; i++) {
    var row = start + i;
    if (amends) {
      row = order[noted + i];
    }
    let now = labels[row / 4][row % 4];
    let joined = now * stride + place;
    order[list + (ranges[joined] >> 16)] = row;
    ranges[joined] += 0x10000;
    if (amends) {
      let left = owners[row / 4][row % 4] * stride + place;
      order[list + (ranges[left] >> 16)] = row | LEAVES;
      ranges[left] += 0x10000;
    }
    owners[row / 4][row % 4] = now;
  }
}
