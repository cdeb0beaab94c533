// An epoch's step of a batch map: each unit j moves to the mean of all rows, of which those of unit i weigh h_ji
// (Kohonen, "Self-Organizing Maps", 2001, section 3.6),
//   w_j + sum_i h_ji (S_i - n_i w_j) / sum_i |h_ji| n_i
// S_i being the sum of i's rows, residuals from w_i and n_i w_i, and n_i their weight. Where h is below 0 it pushes j away from
// the mean m_i of i's rows, and is multiplied by |m_i - w_i|^2 / |m_i - w_j|^2, 1 at most, without which units far
// off would be pushed ever further. A unit that no rows reach stays. With radius 0 it is the step of K-means.
// Units that the same rows reach in the same proportions come to lie on each other, bit for bit, wherever they were:
// so their rows go to the first of them on every device.
//
// places      [units]         how far right, and the row
// radii       [EPOCHS]        that of epoch e in slot e % EPOCHS
// state       see end_epoch.wgsl
// totals      [units][quads]  see combine.wgsl
// references  [units][quads]  vec4, the weights w
// weights     [units][quads]  vec4, the new ones
// half_norms  [units]         |w|^2 / 2 of the new ones
//
// A workgroup owns four units that follow each other. It takes TILE units i at a time: a lane finds what a
// quarter of them count for one of the four, then owns a quad and every (WORKGROUP / lanes)-th of the i.
// Cost: 2 units^2 D FLOPs, 12 units^2 quads bytes, and units^2 exponentials for each WORKGROUP quads.
struct Shape {
  // First of the units of this dispatch.
  first: u32,
  units: u32,
  quads: u32,
  // Lanes beside each other for the quads: a power of two up to WORKGROUP.
  lanes: u32,
  row_square: f32,
  period_right: f32,
  period_rows: f32,
  neighbourhood: u32,
  maximum: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> places: array<vec2f>;
@group(0) @binding(2) var<storage, read> radii: array<f32>;
@group(0) @binding(3) var<storage, read> state: array<u32>;
@group(0) @binding(4) var<storage, read> totals: array<ClusterSum>;
@group(0) @binding(5) var<storage, read> references: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> weights: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> half_norms: array<f32>;

const WORKGROUP = 64;
// Units between two barriers.
const TILE = 256;
const EPOCHS = 64;
const ITERATIONS = 0;

// import ../lib/cluster_sums.wgsl
// import ../lib/squared_distance.wgsl
// import ../lib/unit_grid.wgsl

// What each i of a tile counts for each of the four units: h, or less; and its n_i.
var<workgroup> shares: array<f32, 4 * TILE>;
var<workgroup> counts: array<f32, TILE>;
// A column for each of the four units.
var<workgroup> sums: array<mat4x4f, WORKGROUP>;
// Of one of the four units: what reached it, sum |h| n_i, and what of that counts for less than itself.
var<workgroup> reaches: array<vec2f, WORKGROUP>;

// |m_i - w_i|^2 / |m_i - w_j|^2, 1 at most.
fn held(i: u32, count: f32, unit: u32) -> f32 {
  var own = 0.0;
  var other = 0.0;
  for (var q = 0u; q < shape.quads; q++) {
    let residual = totals[i * shape.quads + q].residuals / count;
    own += square(residual);
    other += square(references[i * shape.quads + q] + residual - references[unit * shape.quads + q]);
  }
  return select(1.0, own / other, own < other);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let begin = shape.first + 4 * (group.x + group.y * groups.x);
  if (begin >= shape.units) {
    return;
  }
  let radius = radii[state[ITERATIONS] % EPOCHS];
  // Past the end it is a copy of the last, and never written.
  let unit = min(begin + lane % 4, shape.units - 1);

  var least = 3.4e38;
  for (var i = lane / 4; i < shape.units; i += WORKGROUP / 4) {
    if (totals[i * shape.quads].weight > 0.0) {
      least = min(least, squared_apart(places[i], places[unit]));
    }
  }
  reaches[lane].x = least;
  workgroupBarrier();
  for (var other = lane % 4; other < WORKGROUP; other += 4) {
    least = min(least, reaches[other].x);
  }

  let slice = lane / shape.lanes;
  let slices = WORKGROUP / shape.lanes;
  var norms = vec4f();
  for (var block = 0u; block < shape.quads; block += shape.lanes) {
    let q = block + lane % shape.lanes;
    let has_quad = q < shape.quads;
    var top = mat4x4f();
    var reached = vec2f();
    for (var tile = 0u; tile < shape.units; tile += TILE) {
      // The tile before has been read.
      workgroupBarrier();
      for (var j = lane / 4; j < min(u32(TILE), shape.units - tile); j += WORKGROUP / 4) {
        let i = tile + j;
        var share = 0.0;
        let count = totals[i * shape.quads].weight;
        if (count > 0.0) {
          share = neighbourhood(squared_apart(places[i], places[unit]), least, radius);
          let size = abs(share);
          if (share < 0.0) {
            share *= held(i, count, unit);
          }
          reached += count * vec2f(size, size - share);
        }
        shares[4 * j + lane % 4] = share;
        counts[j] = count;
      }
      workgroupBarrier();
      // Of the tile alone, so that few terms go to a sum.
      var part = mat4x4f();
      for (var j = slice; has_quad && j < min(u32(TILE), shape.units - tile); j += slices) {
        let entry = (tile + j) * shape.quads + q;
        let sum = totals[entry].residuals + counts[j] * references[entry];
        part += mat4x4f(
          shares[4 * j + 0] * sum,
          shares[4 * j + 1] * sum,
          shares[4 * j + 2] * sum,
          shares[4 * j + 3] * sum,
        );
      }
      top += part;
    }
    sums[lane] = top;
    reaches[lane] = reached;
    workgroupBarrier();
    if (lane < shape.lanes && has_quad) {
      for (var j = lane + shape.lanes; j < WORKGROUP; j += shape.lanes) {
        top += sums[j];
      }
      for (var j = 0u; j < min(4, shape.units - begin); j++) {
        var all = vec2f();
        for (var other = j; other < WORKGROUP; other += 4) {
          all += reaches[other];
        }
        let at = (begin + j) * shape.quads + q;
        var moved = references[at];
        if (all.x > 0.0) {
          moved = (top[j] + all.y * moved) / all.x;
        }
        weights[at] = moved;
        norms[j] += dot(moved, moved);
      }
    }
    // What the next block writes was read.
    workgroupBarrier();
  }
  sums[lane][0] = norms;
  workgroupBarrier();
  if (lane < min(4, shape.units - begin)) {
    var norm = 0.0;
    for (var other = 0u; other < shape.lanes; other++) {
      norm += sums[other][0][lane];
    }
    half_norms[begin + lane] = 0.5 * norm;
  }
}
