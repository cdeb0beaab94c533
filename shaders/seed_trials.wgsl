// The potential that each candidate centre would leave (greedy k-means++):
//   potentials[block][t] = sum over the block's rows of w_i min(closest_i, |x_i - candidate_t|^2)
//
// points      see lib/points_layout.wgsl; rows [first, first + rows), first a multiple of BLOCK
// candidates  [padded trials][quads]      vec4; padded to a multiple of TILE
// closest     [rows]                      squared distance to the nearest centre so far
// weights     [rows], read if WEIGHTED
// potentials  [all blocks][padded trials]
//
// An invocation owns a block of BLOCK neighbouring rows, 4 at a time, against TILE candidates.
// Cost: 3 N T D FLOPs; a quad of 4 columns costs 4 point loads and TILE uniform loads for
// 32 TILE FLOPs.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  padded_trials: u32,
  first_trial: u32,
  first_block: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> candidates: array<vec4f>;
@group(0) @binding(3) var<storage, read> closest: array<f32>;
@group(0) @binding(4) var<storage, read> weights: array<f32>;
@group(0) @binding(5) var<storage, read_write> potentials: array<f32>;

const WORKGROUP = 32;
const BLOCK = 64;
// Candidates at a time: 4 or 8.
const TILE = 8;
const WEIGHTED = false;

// import lib/points_layout.wgsl

fn squares(x: mat4x4f, c: vec4f) -> vec4f {
  let e0 = x[0] - c;
  let e1 = x[1] - c;
  let e2 = x[2] - c;
  let e3 = x[3] - c;
  return vec4f(dot(e0, e0), dot(e1, e1), dot(e2, e2), dot(e3, e3));
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let block = (group.x + group.y * groups.x) * WORKGROUP + lane;
  let start = shape.first + block * BLOCK;
  let end = shape.first + shape.rows;
  if (start >= end) {
    return;
  }
  var s = array<f32, 8>();
  for (var first = start; first < min(start + BLOCK, end); first += 4) {
    // Rows past the end are computed as copies of the last row, at weight 0.
    let rows = min(first + vec4u(0, 1, 2, 3), vec4u(end - 1));
    var d0 = vec4f();
    var d1 = vec4f();
    var d2 = vec4f();
    var d3 = vec4f();
    var d4 = vec4f();
    var d5 = vec4f();
    var d6 = vec4f();
    var d7 = vec4f();
    var p = points_at(rows, shape.quads);
    var at = shape.first_trial * shape.quads;
    for (var q = 0u; q < shape.quads; q++) {
      let x = unpacked4(points[p.x], points[p.y], points[p.z], points[p.w]);
      d0 += squares(x, candidates[at]);
      d1 += squares(x, candidates[at + shape.quads]);
      d2 += squares(x, candidates[at + 2 * shape.quads]);
      d3 += squares(x, candidates[at + 3 * shape.quads]);
      if (TILE > 4) {
        d4 += squares(x, candidates[at + 4 * shape.quads]);
        d5 += squares(x, candidates[at + 5 * shape.quads]);
        d6 += squares(x, candidates[at + 6 * shape.quads]);
        d7 += squares(x, candidates[at + 7 * shape.quads]);
      }
      at++;
      p += BLOCK_ROWS;
    }
    let nearest = vec4f(closest[rows.x], closest[rows.y], closest[rows.z], closest[rows.w]);
    var w = select(vec4f(), vec4f(1), first + vec4u(0, 1, 2, 3) < vec4u(end));
    if (WEIGHTED) {
      w *= vec4f(weights[rows.x], weights[rows.y], weights[rows.z], weights[rows.w]);
    }
    s[0] += dot(w, min(nearest, d0));
    s[1] += dot(w, min(nearest, d1));
    s[2] += dot(w, min(nearest, d2));
    s[3] += dot(w, min(nearest, d3));
    if (TILE > 4) {
      s[4] += dot(w, min(nearest, d4));
      s[5] += dot(w, min(nearest, d5));
      s[6] += dot(w, min(nearest, d6));
      s[7] += dot(w, min(nearest, d7));
    }
  }
  let out = (shape.first_block + block) * shape.padded_trials + shape.first_trial;
  for (var t = 0u; t < TILE; t++) {
    potentials[out + t] = s[t];
  }
}
