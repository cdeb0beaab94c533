// The new centroids, each its reference plus the mean residual of its rows:
//   new[k] = references[k] + totals[k] / weight[k]     (old[k] where the weight is 0)
//   NORMALIZE: spherical k-means. Rows are unit (u - m) of directions u, and so are centroids: with the
//   mean e, and v = unit m + e, the new one is unit v / |v| - unit m. As v / |v| and m nearly cancel in a
//   narrow cone, it is computed as e unit / |v| + m (unit / |v| - 1) unit, and unit^2 - |v|^2 from
//   1 - |m|^2, which the host gives in full (unchanged where v is the zero vector but for what float32
//   sums of unit vectors leave of it)
//   moves[k] = |new[k] - old[k]|^2,  half_norms[k] = |new[k]|^2 / 2
//   checks[k] = what is to be added to the cluster's cost, which is about its reference r, so that it is
//   about its old centroid c, w |c - r|^2 - 2 (c - r) . totals[k];  w |new[k] - r|^2;
//   whether its weight has fallen so far that its sums may have lost digits;  0
// Nothing is done while some cluster is empty: the host relocates those first.
//
// totals      [K][quads]       see combine.wgsl
// references  [K + 1][quads]  vec4, the last one unit m
// old, updated  [K][quads]  vec4
// half_norms  [K]
// moves       [K]
// checks      [K]  vec4
//
// An invocation owns one cluster. Cost: 15 K D FLOPs.
// Lines of memory: a lane goes along its own cluster, as a sum over the columns is in order: a line serves it
//   for 8 turns (of the totals 4). All is K D numbers, which the cache nearest to the memory keeps whole.
struct Shape {
  clusters: u32,
  quads: u32,
  // What length 1 is in the rows' coordinates, and 1 - |m|^2.
  unit: f32,
  shift_gap: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> totals: array<ClusterSum>;
@group(0) @binding(2) var<storage, read> references: array<vec4f>;
@group(0) @binding(3) var<storage, read> old: array<vec4f>;
@group(0) @binding(4) var<storage, read> state: array<u32>;
@group(0) @binding(5) var<storage, read_write> updated: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> half_norms: array<f32>;
@group(0) @binding(7) var<storage, read_write> moves: array<f32>;
@group(0) @binding(8) var<storage, read_write> checks: array<vec4f>;

const WORKGROUP = 64;
const NORMALIZE = false;
// 2^-20. Antipodal rows, up to 20,000 of them, left means of up to 0.7 of this.
const SHORTEST_MEAN = 9.5367431640625e-7;
// Sums that were so many times as large have lost four more bits.
const LOST = 16;
const HALTED = 1;
const EMPTIES = 3;

// import ../lib/cluster_sums.wgsl

fn total(v: vec4f) -> f32 {
  return (v.x + v.y) + (v.z + v.w);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  if (state[HALTED] != 0 || state[EMPTIES] != 0) {
    return;
  }
  let k = (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (k >= shape.clusters) {
    return;
  }
  let at = k * shape.quads;
  let weight = totals[at].weight;
  var correction = vec4f();
  var norm = vec4f();
  // Of v = unit m + e.
  var whole = vec4f();
  var product = vec4f();
  let shift = shape.clusters * shape.quads;
  for (var q = 0u; q < shape.quads; q++) {
    let residuals = totals[at + q].residuals;
    let lag = old[at + q] - references[at + q];
    correction += lag * (weight * lag - 2 * residuals);
    var mean = old[at + q];
    if (weight > 0) {
      mean = references[at + q] + 1 / weight * residuals;
    }
    updated[at + q] = mean;
    norm += mean * mean;
    if (NORMALIZE) {
      let m = references[shift + q];
      let v = m + mean;
      whole += v * v;
      product += m * mean;
    }
  }
  if (NORMALIZE) {
    let unit = shape.unit;
    let shortest = SHORTEST_MEAN * unit;
    let has_direction = weight > 0 && total(whole) >= shortest * shortest;
    // unit^2 - |v|^2: from what it is made of where that is small.
    var gap = unit * unit - total(whole);
    var length = sqrt(max(total(whole), shortest * shortest));
    if (gap < 0.5 * unit * unit) {
      gap = unit * unit * shape.shift_gap - 2 * total(product) - total(norm);
      length = sqrt(unit * unit - gap);
    }
    let factor = gap / (length * (length + unit));
    norm = vec4f();
    for (var q = 0u; q < shape.quads; q++) {
      let mean = updated[at + q];
      let moved = mean * (unit / length) + references[shift + q] * factor;
      let placed = select(old[at + q], moved, has_direction);
      updated[at + q] = placed;
      norm += placed * placed;
    }
  }
  var travelled = vec4f();
  var away = vec4f();
  for (var q = 0u; q < shape.quads; q++) {
    let step = updated[at + q] - old[at + q];
    travelled += step * step;
    let lead = updated[at + q] - references[at + q];
    away += lead * lead;
  }
  half_norms[k] = 0.5 * total(norm);
  moves[k] = total(travelled);
  let is_shrunk = LOST * weight < totals[at].most_weight;
  checks[k] = vec4f(total(correction), weight * total(away), select(0.0, 1.0, is_shrunk), 0);
}
