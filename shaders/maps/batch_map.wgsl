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
// A workgroup owns four units that follow each other. It takes WORKGROUP units i at a time: a lane finds what one
// of them counts for the four, then owns a quad and every (WORKGROUP / lanes)-th of the i.
// Cost: 6 units^2 D FLOPs, 32 units^2 quads / 4 bytes, and units^2 exponentials for each WORKGROUP quads.
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
const EPOCHS = 64;
const ITERATIONS = 0;

// import ../lib/cluster_sums.wgsl
// import ../lib/squared_distance.wgsl
// import ../lib/unit_grid.wgsl

// What each i of a tile counts for the four units: h, or less; and its n_i.
var<workgroup> shares: array<vec4f, WORKGROUP>;
var<workgroup> counts: array<f32, WORKGROUP>;
// A column for each of the four units.
var<workgroup> sums: array<mat4x4f, WORKGROUP>;
// Of the four units: what reached them, sum |h| n_i, and what of that counts for less than itself.
var<workgroup> fours: array<mat2x4f, WORKGROUP>;

// Squared distances of unit i from the four, on the grid.
fn squared_from(i: u32, four: vec4u) -> vec4f {
  let place = places[i];
  return vec4f(
    squared_apart(place, places[four.x]),
    squared_apart(place, places[four.y]),
    squared_apart(place, places[four.z]),
    squared_apart(place, places[four.w]),
  );
}

// |m_i - w_i|^2 / |m_i - w_j|^2 of the four j, 1 at most.
fn held(i: u32, count: f32, four: vec4u) -> vec4f {
  var own = 0.0;
  var others = vec4f();
  for (var q = 0u; q < shape.quads; q++) {
    let residual = totals[i * shape.quads + q].residuals / count;
    let mean = references[i * shape.quads + q] + residual;
    own += square(residual);
    others += vec4f(
      square(mean - references[four.x * shape.quads + q]),
      square(mean - references[four.y * shape.quads + q]),
      square(mean - references[four.z * shape.quads + q]),
      square(mean - references[four.w * shape.quads + q]),
    );
  }
  return select(vec4f(1.0), own / others, vec4f(own) < others);
}

// Both sums over the lanes of one quad, left to the first of them.
fn add_up(lane: u32) {
  for (var half = WORKGROUP / 2u; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) {
      fours[lane] += fours[lane + half];
      if (half >= shape.lanes) {
        sums[lane] += sums[lane + half];
      }
    }
  }
  workgroupBarrier();
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
  // Those past the end are copies of the last, and never written.
  let four = min(begin + vec4u(0, 1, 2, 3), vec4u(shape.units - 1));

  var nearest = vec4f(3.4e38);
  for (var i = lane; i < shape.units; i += WORKGROUP) {
    if (totals[i * shape.quads].weight > 0.0) {
      nearest = min(nearest, squared_from(i, four));
    }
  }
  fours[lane][0] = nearest;
  for (var half = WORKGROUP / 2u; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) {
      fours[lane][0] = min(fours[lane][0], fours[lane + half][0]);
    }
  }
  workgroupBarrier();
  let least = fours[0][0];

  let slice = lane / shape.lanes;
  let slices = WORKGROUP / shape.lanes;
  var norms = vec4f();
  for (var block = 0u; block < shape.quads; block += shape.lanes) {
    let q = block + lane % shape.lanes;
    let has_quad = q < shape.quads;
    var top = mat4x4f();
    var reached = mat2x4f();
    for (var tile = 0u; tile < shape.units; tile += WORKGROUP) {
      let i = tile + lane;
      var share = vec4f();
      var count = 0.0;
      if (i < shape.units) {
        count = totals[i * shape.quads].weight;
      }
      if (count > 0.0) {
        let squared = squared_from(i, four);
        share = vec4f(
          neighbourhood(squared.x, least.x, radius),
          neighbourhood(squared.y, least.y, radius),
          neighbourhood(squared.z, least.z, radius),
          neighbourhood(squared.w, least.w, radius),
        );
        let size = abs(share);
        if (any(share < vec4f())) {
          share *= select(vec4f(1.0), held(i, count, four), share < vec4f());
        }
        reached += mat2x4f(size * count, (size - share) * count);
      }
      // The tile before has been read.
      workgroupBarrier();
      shares[lane] = share;
      counts[lane] = count;
      workgroupBarrier();
      // Of the tile alone, so that few terms go to a sum.
      var part = mat4x4f();
      for (var j = slice; has_quad && j < min(u32(WORKGROUP), shape.units - tile); j += slices) {
        let entry = (tile + j) * shape.quads + q;
        let sum = totals[entry].residuals + counts[j] * references[entry];
        part += mat4x4f(
          shares[j].x * sum,
          shares[j].y * sum,
          shares[j].z * sum,
          shares[j].w * sum,
        );
      }
      top += part;
    }
    sums[lane] = top;
    fours[lane] = reached;
    add_up(lane);
    if (lane < shape.lanes && has_quad) {
      var all = fours[0];
      for (var j = 0u; j < min(4, shape.units - begin); j++) {
        let at = (begin + j) * shape.quads + q;
        var moved = references[at];
        if (all[0][j] > 0.0) {
          moved = (sums[lane][j] + all[1][j] * moved) / all[0][j];
        }
        weights[at] = moved;
        norms[j] += dot(moved, moved);
      }
    }
    // What the next block writes was read.
    workgroupBarrier();
  }
  fours[lane] = mat2x4f(norms, vec4f());
  add_up(lane);
  if (lane < min(4, shape.units - begin)) {
    half_norms[begin + lane] = 0.5 * fours[0][0][lane];
  }
}
