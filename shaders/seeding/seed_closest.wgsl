// Takes new centres into account:
//   closest[i] = min(closest[i], min_m |x_i - centre_m|^2)
//   masses[block] = sum over the block's rows of w_i closest[i]
//
// points   see lib/points_layout.wgsl; rows [first, first + rows), first a multiple of BLOCK
// centres  [..][quads]    vec4; those in [first_centre, first_centre + centres)
// closest  [rows]         overwritten instead of lowered if `fresh` is not 0
// weights  [rows], read if WEIGHTED
// masses   [all blocks]
//
// A workgroup owns WORKGROUP blocks of BLOCK neighbouring rows. An invocation takes 4 rows at a time, WORKGROUP apart,
// so that neighbouring lanes have neighbouring rows; then it sums a block's masses in row order. Direct differences, so
// that a row that is a centre has distance 0 exactly. Cost: 3 N M D FLOPs.
// Lines of memory: a lane sums its own block, whose distances lie side by side: a line of them serves it for 32 turns.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  first_centre: u32,
  centres: u32,
  fresh: u32,
  first_block: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> centres: array<vec4f>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read_write> closest: array<f32>;
@group(0) @binding(5) var<storage, read_write> masses: array<f32>;

const WORKGROUP = 64;
const BLOCK = 64;
const WEIGHTED = false;

// import ../lib/points_layout.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let first_block = (group.x + group.y * groups.x) * WORKGROUP;
  let begin = shape.first + first_block * BLOCK;
  let end = shape.first + shape.rows;
  // Uniform over the workgroup.
  if (begin >= end) {
    return;
  }
  let stop = min(begin + WORKGROUP * BLOCK, end);
  for (var first = begin + lane; first < stop; first += 4 * WORKGROUP) {
    // Rows past the end are computed as copies of the last row and not written.
    let own = first + vec4u(0, WORKGROUP, 2 * WORKGROUP, 3 * WORKGROUP);
    let rows = min(own, vec4u(end - 1));
    var nearest = vec4f(3.4e38);
    if (shape.fresh == 0) {
      nearest = vec4f(closest[rows.x], closest[rows.y], closest[rows.z], closest[rows.w]);
    }
    for (var m = 0u; m < shape.centres; m++) {
      var d = vec4f();
      var p = points_at(rows, shape.quads);
      let at = (shape.first_centre + m) * shape.quads;
      for (var q = 0u; q < shape.quads; q++) {
        let c = centres[at + q];
        let e0 = unpacked(points[p.x]) - c;
        let e1 = unpacked(points[p.y]) - c;
        let e2 = unpacked(points[p.z]) - c;
        let e3 = unpacked(points[p.w]) - c;
        d += vec4f(dot(e0, e0), dot(e1, e1), dot(e2, e2), dot(e3, e3));
        p += BLOCK_ROWS;
      }
      nearest = min(nearest, d);
    }
    for (var i = 0u; i < 4; i++) {
      if (own[i] < stop) {
        closest[own[i]] = nearest[i];
      }
    }
  }
  storageBarrier();
  let block = first_block + lane;
  let start = shape.first + block * BLOCK;
  if (start >= end) {
    return;
  }
  var mass = 0.0;
  for (var row = start; row < min(start + BLOCK, end); row++) {
    if (WEIGHTED) {
      mass += weights[row] * closest[row];
    } else {
      mass += closest[row];
    }
  }
  masses[shape.first_block + block] = mass;
}
