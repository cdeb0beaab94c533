// Online k-means: row after row, the nearest centroid moves towards the row.
//   s = argmin_k |x_i - c_k|^2,   ties to the lowest index
//   c_s += eta (x_i - c_s)
// eta is rates[i]; if `counted` the row's weight is rates[i] instead, and eta = weight / (count_s + weight)
// once, with the weight added to the count: centroids are then running means.
//
// points     see lib/points_layout.wgsl; rows [first, first + count) of them, in order
// rates      [rows]
// centroids  [K][quads]  vec4
// counts     [K]         weight before this block of rows, and since: apart, as their sum would drop
//                        small weights; read and written if `counted`
// winners    [rows]      s of each row
// costs      [rows]      |x_i - c_s|^2 before the move
// carries    [K][quads]  vec4; what the centroids' last bits could not take of their moves: without these
//                        a mean of n rows would be off by some sqrt(n) roundings
//
// One workgroup does all, as each row waits for the one before. `parts` neighbouring lanes (a power of two)
// share a centroid's quads, so that they read neighbouring ones; the winner's quads are then shared by all.
// If HELD the centroids are in workgroup memory meanwhile, which has HELD_QUADS >= K quads vec4s.
// WORKGROUP is 64, or 256 where the centroids have many quads (see src/ops/online/follow_rows.ts).
// Lines of memory: a row's quads lie 4 kB apart, see lib/points_layout.wgsl: all lanes read the same few lines,
//   and those serve the rows that follow, 8 to a line.
// Cost: 3 D (K + 1) FLOPs a row, and 7 + log2(WORKGROUP / parts) barriers, 2 more for each WORKGROUP / parts
// further centroids.
struct Shape {
  first: u32,
  count: u32,
  quads: u32,
  clusters: u32,
  parts: u32,
  counted: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> rates: array<f32>;
@group(0) @binding(3) var<storage, read_write> centroids: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> counts: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> winners: array<u32>;
@group(0) @binding(6) var<storage, read_write> costs: array<f32>;
@group(0) @binding(7) var<storage, read_write> carries: array<vec4f>;

const WORKGROUP = 64;
const HELD = false;
const HELD_QUADS = 1;
const FARTHEST = 3.4e38;

var<workgroup> held: array<vec4f, HELD_QUADS>;
var<workgroup> sums: array<f32, WORKGROUP>;
var<workgroup> best: array<f32, WORKGROUP>;
var<workgroup> best_at: array<u32, WORKGROUP>;
var<workgroup> eta: f32;

// import ../lib/points_layout.wgsl
// import ../lib/squared_distance.wgsl

fn centroid_quad(at: u32) -> vec4f {
  if (HELD) {
    return held[at];
  }
  return centroids[at];
}

fn all_wait() {
  workgroupBarrier();
  storageBarrier();
}

// The nearest centroid to the row whose first quad lies at `at` goes to best[0] and best_at[0].
fn find_nearest(at: u32, lane: u32) {
  let parts = shape.parts;
  let together = WORKGROUP / parts;
  let part = lane % parts;
  let place = lane / parts;
  var nearest = FARTHEST;
  var nearest_at = 0u;
  for (var first = 0u; first < shape.clusters; first += together) {
    let k = first + place;
    var sum = 0.0;
    if (k < shape.clusters) {
      for (var q = part; q < shape.quads; q += parts) {
        sum += square(unpacked(points[at + q * BLOCK_ROWS]) - centroid_quad(k * shape.quads + q));
      }
    }
    if (parts > 1) {
      sums[lane] = sum;
      workgroupBarrier();
      for (var p = 1u; p < parts; p++) {
        sum += sums[place * parts + (part + p) % parts];
      }
      workgroupBarrier();
    }
    if (k < shape.clusters && sum < nearest) {
      nearest = sum;
      nearest_at = k;
    }
  }
  if (part == 0) {
    best[place] = nearest;
    best_at[place] = nearest_at;
  }
  workgroupBarrier();
  for (var half = together / 2; half > 0; half /= 2) {
    if (lane < half) {
      let other = best[lane + half];
      let other_at = best_at[lane + half];
      if (other < best[lane] || (other == best[lane] && other_at < best_at[lane])) {
        best[lane] = other;
        best_at[lane] = other_at;
      }
    }
    workgroupBarrier();
  }
}

// What the row is to move its winner by.
fn rate_of(row: u32, winner: u32) -> f32 {
  let given = rates[row];
  if (shape.counted == 0 || given == 0) {
    return given;
  }
  counts[winner].y += given;
  return given / (counts[winner].x + counts[winner].y);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  let entries = shape.clusters * shape.quads;
  if (HELD) {
    for (var e = lane; e < entries; e += WORKGROUP) {
      held[e] = centroids[e];
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < shape.count; i++) {
    let row = shape.first + i;
    let at = point_at(row, shape.quads);
    find_nearest(at, lane);
    let winner = best_at[0];
    if (lane == 0) {
      winners[row] = winner;
      costs[row] = best[0];
      eta = rate_of(row, winner);
    }
    workgroupBarrier();
    for (var q = lane; q < shape.quads; q += WORKGROUP) {
      let e = winner * shape.quads + q;
      let x = unpacked(points[at + q * BLOCK_ROWS]);
      let c = centroid_quad(e);
      let carry = carries[e];
      let step = carry + eta * ((x - c) - carry);
      // At a rate of 1 the row itself, whatever rounding makes of c + (x - c).
      let moved = select(c + step, x, eta == 1);
      carries[e] = select(step - (moved - c), vec4f(), eta == 1);
      if (HELD) {
        held[e] = moved;
      } else {
        centroids[e] = moved;
      }
    }
    all_wait();
  }
  if (HELD) {
    for (var e = lane; e < entries; e += WORKGROUP) {
      centroids[e] = held[e];
    }
  }
}
