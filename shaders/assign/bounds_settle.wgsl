// Labels the listed rows with the nearest of the centroids scanned, and renews their bounds: the
// upper one, and those of the scanned groups. Where scores leave open which is the nearest, a row is listed
// for decide.wgsl, and its bounds hold for each that it may be.
//
// results      see lib/bounds_scan.wgsl
// frame, rows, lower  see lib/bounds.wgsl; rows [first, first + rows) of them
// labels       [rows of the chunk]  the previous labels in, the new ones out
// undecided    see lib/undecided.wgsl
// changed      [1]                  counts the rows whose label changed
//
// An invocation owns one row. Cost: a few FLOPs a scanned group.
struct Shape {
  first: u32,
  rows: u32,
  // Rows of the chunk.
  stride: u32,
  groups: u32,
  list_rows: u32,
  quads: u32,
  rounding: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> results: array<vec4u>;
@group(0) @binding(2) var<storage, read> frame: array<f32>;
@group(0) @binding(3) var<storage, read_write> rows: array<u32>;
@group(0) @binding(4) var<storage, read_write> lower: array<u32>;
@group(0) @binding(5) var<storage, read_write> labels: array<u32>;
@group(0) @binding(6) var<storage, read_write> changed: array<atomic<u32>>;
@group(0) @binding(7) var<storage, read_write> undecided: array<atomic<u32>>;

const WORKGROUP = 64;

// import ../lib/bounds.wgsl
// import ../lib/margin.wgsl
// import ../lib/list_undecided.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (frame[FRAME_HALTED] != 0 || index >= shape.rows) {
    return;
  }
  let row = shape.first + index;
  let computed = rows[COMPUTED * shape.stride + row];
  if (computed == 0) {
    return;
  }
  let first_list = index / shape.list_rows * shape.groups;
  var score = 3.4e38;
  var second = 3.4e38;
  var label = 0u;
  for (var g = 0u; g < shape.groups; g++) {
    if (((computed >> g) & 1) != 0) {
      let found = results[(first_list + g) * shape.list_rows + lower[g * shape.stride + row]];
      let best = bitcast<f32>(found.x);
      second = min(min(second, bitcast<f32>(found.y)), max(score, best));
      // A tie is left open.
      if (best < score) {
        score = best;
        label = found.z;
      }
    }
  }
  let squared_norm = bitcast<f32>(rows[NORM * shape.stride + row]);
  let slack = slack_of(squared_norm, shape.rounding);
  let margin = margins_of(vec4f(squared_norm), frame[REACH], vec4f(second), shape.quads).x;
  let stands = second - score > margin;
  for (var g = 0u; g < shape.groups; g++) {
    if (((computed >> g) & 1) != 0) {
      let found = results[(first_list + g) * shape.list_rows + lower[g * shape.stride + row]];
      let is_other = stands && found.z == label;
      let other = min(bitcast<f32>(select(found.x, found.y, is_other)), MOST_SCORE);
      let bound = sqrt(max(0.0, 2 * other + squared_norm - slack)) * DOWN;
      lower[g * shape.stride + row] = bitcast<u32>((bound + frame[TRAVEL + g]) * DOWN);
    }
  }
  // What may be nearest by direct differences has a score within the margin of the best.
  let spare = slack + select(4 * margin, 0, stands);
  let upper = sqrt(max(0.0, 2 * score + squared_norm + spare)) * UP + TINY;
  rows[UPPER * shape.stride + row] = bitcast<u32>(upper);
  if (!stands) {
    list_undecided(row);
  } else if (labels[row] != label) {
    labels[row] = label;
    atomicAdd(&changed[0], 1);
  }
}
