// How hard each row z of a batch is drawn to each centre m, by the loss that KIND says, times weight:
//   dL/dz_i = sum_j c_ij (z_i - m_j),  dL/dm_j = -sum_i c_ij (z_i - m_j),  D_ij = |z_i - m_j|^2
//   DIVERGENCE  L_i = sum_j p_ij log(p_ij / q_ij), q_ij = s_ij / sum_j s_ij, s = (1 + D / a)^(-(a + 1) / 2)
//               c_ij = (a + 1) / a (p_ij - q_ij) / (1 + D_ij / a)                      (Xie et al. 2016)
//   SOFT        L_i = sum_j D_ij g_ij =: f_i, g_ij = softmax_j(-a D_ij)
//               c_ij = 2 g_ij (1 - a (D_ij - f_i))                                     (Fard et al. 2020)
//   NEAREST     L_i = min_j D_ij, c_ij = 2 for the nearest, ties to the lowest index   (MacQueen 1967)
//
// z         [rows][quads]             vec4, zeros past the last column
// centres   [k][quads]                vec4
// targets   [rows][ceil(k / 4)] vec4  p; DIVERGENCE alone reads it
// control   see lib/control.wgsl: a, the sharpness
// c         [rows][ceil(k / 4)] vec4  zeros past the k-th
// loss      [rows]                    weight L_i
//
// An invocation, of those from `first` on, owns a row. All read the same centres one after the other.
// Lines of memory: a lane goes along its own row, whose numbers it reads for one centre after the other: they stay in
//   the caches that lanes share.
// Cost: 8 quads + 20 FLOPs a row and centre.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  k: u32,
  weight: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> z: array<vec4f>;
@group(0) @binding(2) var<storage, read> centres: array<vec4f>;
@group(0) @binding(3) var<storage, read> targets: array<vec4f>;
@group(0) @binding(4) var<storage, read> control: array<f32>;
@group(0) @binding(5) var<storage, read_write> c: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> loss: array<f32>;

const WORKGROUP = 64;
const DIVERGENCE = 0;
const SOFT = 1;
const NEAREST = 2;
const KIND = 0;

// import ../lib/control.wgsl

fn squared_distance(row: u32, centre: u32) -> f32 {
  var sum = vec4f();
  for (var q = 0u; q < shape.quads; q++) {
    let difference = z[row * shape.quads + q] - centres[centre * shape.quads + q];
    sum += difference * difference;
  }
  return sum.x + sum.y + sum.z + sum.w;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = shape.first + (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (row >= shape.rows) {
    return;
  }
  let a = control[SHARPNESS];
  let fours = (shape.k + 3) / 4;
  let start = row * fours;
  // First the distances, where the weights go later.
  var least = 0x1.fffffep+127f;
  var nearest = 0u;
  for (var four = 0u; four < fours; four++) {
    var distances = vec4f();
    for (var r = 0u; r < min(4, shape.k - 4 * four); r++) {
      let d = squared_distance(row, 4 * four + r);
      distances[r] = d;
      if (d < least) {
        least = d;
        nearest = 4 * four + r;
      }
    }
    c[start + four] = distances;
  }
  #if KIND == NEAREST
  for (var four = 0u; four < fours; four++) {
    let column = 4 * four + vec4u(0, 1, 2, 3);
    c[start + four] = select(vec4f(), vec4f(2 * shape.weight), column == vec4u(nearest));
  }
  loss[row] = shape.weight * least;
  #else
  var total = 0f;
  #if KIND == SOFT
  var mean = 0f;
  #end
  for (var j = 0u; j < shape.k; j++) {
    let d = c[start + j / 4][j % 4];
    #if KIND == DIVERGENCE
    total += pow((1 + least / a) / (1 + d / a), (a + 1) / 2);
    #else
    let share = exp(-a * (d - least));
    total += share;
    mean += share * d;
    #end
  }
  #if KIND == SOFT
  mean /= total;
  #end
  var all = 0f;
  for (var four = 0u; four < fours; four++) {
    let distances = c[start + four];
    var weights = vec4f();
    for (var r = 0u; r < min(4, shape.k - 4 * four); r++) {
      let d = distances[r];
      #if KIND == DIVERGENCE
      let share = pow((1 + least / a) / (1 + d / a), (a + 1) / 2) / total;
      let p = targets[start + four][r];
      // q is 0 only far beyond float32; p log p is 0 at 0.
      all += select(0f, p * log(p / max(share, 1e-37)), p > 0);
      weights[r] = (a + 1) / a * (p - share) / (1 + d / a);
      #else
      let share = exp(-a * (d - least)) / total;
      weights[r] = 2 * share * (1 - a * (d - mean));
      #end
    }
    c[start + four] = shape.weight * weights;
  }
  #if KIND == SOFT
  all = mean;
  #end
  loss[row] = shape.weight * all;
  #end
}
