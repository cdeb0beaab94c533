// The sums of the distances between rows and the rows of one cluster, run by run, without ever writing
// the N x N distances (for silhouettes):
//   partial[r][i] = sum over j in run r of |x_i - y_j|; if SQUARED, of |x_i - y_j|^2
//
// points   see lib/points_layout.wgsl: the rows x_i; rows [first, first + rows) of them
// others   [...][quads]   vec4: the rows y_j, each cluster's side by side
// runs     [runs]         where a run of `others` begins and ends: rows of one cluster
// partial  [runs][stride]
//
// An invocation owns ROWS rows, WORKGROUP apart, and one run; a register tile of ROWS x TILE distances.
// The others are read at an address that is uniform over the workgroup. Direct differences, so that a row
// has distance 0 from itself. A tile's distances are summed as a tree, the tiles in their order.
// Cost: 3 D FLOPs and a square root a pair; a quad of 4 columns costs 4 point loads and TILE uniform loads
// for 3 x 128 FLOPs.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  runs: u32,
  stride: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<vec4f>;
@group(0) @binding(2) var<storage, read> others: array<vec4f>;
@group(0) @binding(3) var<storage, read> runs: array<vec2u>;
@group(0) @binding(4) var<storage, read_write> partial: array<f32>;

const WORKGROUP = 64;
const ROWS = 4;
const TILE = 8;
const SQUARED = false;

// import ../lib/points_layout.wgsl
// import ../lib/squared_distance.wgsl

// The distances of four rows from one other; none from one past the end of the run.
fn distances(squared: vec4f, counts: bool) -> vec4f {
  if (!counts) {
    return vec4f();
  }
  if (SQUARED) {
    return squared;
  }
  return sqrt(squared);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let workgroup = group.x + group.y * groups.x;
  // Neighbouring workgroups go through the same run.
  let tiles = (shape.rows + ROWS * WORKGROUP - 1) / (ROWS * WORKGROUP);
  let run = workgroup / tiles;
  if (run >= shape.runs) {
    return;
  }
  let start = workgroup % tiles * ROWS * WORKGROUP + lane;
  let own = start + WORKGROUP * vec4u(0, 1, 2, 3);
  // Rows past the end are copies of the last one, and not written.
  let at = points_at(shape.first + min(own, vec4u(shape.rows - 1)), shape.quads);
  let end = runs[run].y;
  var sum = vec4f();
  for (var j = runs[run].x; j < end; j += TILE) {
    // As are those past the end of the run, and not counted.
    let y = min(j + vec4u(0, 1, 2, 3), vec4u(end - 1)) * shape.quads;
    let z = min(j + vec4u(4, 5, 6, 7), vec4u(end - 1)) * shape.quads;
    var s0 = vec4f();
    var s1 = vec4f();
    var s2 = vec4f();
    var s3 = vec4f();
    var s4 = vec4f();
    var s5 = vec4f();
    var s6 = vec4f();
    var s7 = vec4f();
    var p = at;
    for (var q = 0u; q < shape.quads; q++) {
      let x = mat4x4f(points[p.x], points[p.y], points[p.z], points[p.w]);
      s0 += squares(x, others[y.x + q]);
      s1 += squares(x, others[y.y + q]);
      s2 += squares(x, others[y.z + q]);
      s3 += squares(x, others[y.w + q]);
      s4 += squares(x, others[z.x + q]);
      s5 += squares(x, others[z.y + q]);
      s6 += squares(x, others[z.z + q]);
      s7 += squares(x, others[z.w + q]);
      p += BLOCK_ROWS;
    }
    let d01 = distances(s0, true) + distances(s1, j + 1 < end);
    let d23 = distances(s2, j + 2 < end) + distances(s3, j + 3 < end);
    let d45 = distances(s4, j + 4 < end) + distances(s5, j + 5 < end);
    let d67 = distances(s6, j + 6 < end) + distances(s7, j + 7 < end);
    sum += (d01 + d23) + (d45 + d67);
  }
  for (var i = 0u; i < ROWS; i++) {
    if (own[i] < shape.rows) {
      partial[run * shape.stride + shape.first + own[i]] = sum[i];
    }
  }
}
