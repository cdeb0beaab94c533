// Finds the rows whose label may change, and for each the groups that may hold a nearer centroid:
// appends the row to the lists of those groups, and of its own one. Bounds are brought up to date by
// the centroids' drifts; where the filter TIGHTENS, a row that they do not clear gets its distance to its
// centroid computed first.
//
// points, centroids  see lib/points_layout.wgsl and assign.wgsl
// labels             [rows of the chunk]
// frame, rows, lower see lib/bounds.wgsl; rows [first, first + rows) of them
// counts             [ceil(rows / list_rows)][groups]             the lengths of the lists; zero before
// lists              [ceil(rows / list_rows)][groups][list_rows]  rows, in any order
//
// An invocation owns one row. Cost: reads 4 bytes a group and row; 3 D FLOPs for a row not cleared,
// with 16 ceil(D / 4) bytes of the row and of its centroid.
struct Shape {
  first: u32,
  rows: u32,
  // Rows of the chunk.
  stride: u32,
  quads: u32,
  groups: u32,
  list_rows: u32,
  rounding: f32,
  growth: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> centroids: array<vec4f>;
@group(0) @binding(3) var<storage, read> labels: array<u32>;
@group(0) @binding(4) var<storage, read> frame: array<f32>;
@group(0) @binding(5) var<storage, read_write> rows: array<u32>;
@group(0) @binding(6) var<storage, read_write> lower: array<u32>;
@group(0) @binding(7) var<storage, read_write> counts: array<atomic<u32>>;
@group(0) @binding(8) var<storage, read_write> lists: array<u32>;

const WORKGROUP = 64;
const TIGHTENS = true;

// import ../lib/points_layout.wgsl
// import ../lib/bounds.wgsl

fn is_cleared(g: u32, row: u32, upper: f32, slack: f32) -> bool {
  let bound = (bitcast<f32>(lower[g * shape.stride + row]) - frame[TRAVEL + g]) * DOWN;
  return bound > upper && (bound - upper) * (bound + upper) > 2 * slack;
}

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
  let label = labels[row];
  let slack = slack_of(bitcast<f32>(rows[NORM * shape.stride + row]), shape.rounding);
  var upper =
    (bitcast<f32>(rows[UPPER * shape.stride + row]) + frame[DRIFTS + 2 * label]) * UP;
  var cleared = true;
  for (var g = 0u; g < shape.groups && cleared; g++) {
    cleared = is_cleared(g, row, upper, slack);
  }
  var computed = 0u;
  if (!cleared) {
    if (TIGHTENS) {
      var at = point_at(row, shape.quads);
      var sum = vec4f();
      for (var q = 0u; q < shape.quads; q++) {
        let residual = unpacked(points[at]) - centroids[label * shape.quads + q];
        sum += residual * residual;
        at += BLOCK_ROWS;
      }
      upper = sqrt((sum.x + sum.y) + (sum.z + sum.w)) * shape.growth + TINY;
    }
    for (var g = 0u; g < shape.groups; g++) {
      if (!is_cleared(g, row, upper, slack)) {
        computed |= 1u << g;
      }
    }
    // The own centroid's score is compared with the others': it comes from the same kernel.
    if (computed != 0) {
      computed |= 1u << u32(frame[DRIFTS + 2 * label + 1]);
    }
    let first_list = index / shape.list_rows * shape.groups;
    for (var g = 0u; g < shape.groups; g++) {
      if (((computed >> g) & 1) != 0) {
        let list = first_list + g;
        let place = atomicAdd(&counts[list], 1);
        lists[list * shape.list_rows + place] = row;
        lower[g * shape.stride + row] = place;
      }
    }
  }
  rows[UPPER * shape.stride + row] = bitcast<u32>(upper);
  rows[COMPUTED * shape.stride + row] = computed;
}
