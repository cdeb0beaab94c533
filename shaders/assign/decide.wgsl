// Labels the rows whose nearest centroid scores left open, by direct differences:
//   labels[i] = argmin_k |x_i - c_k|^2,  ties to the lowest k
//
// points     see lib/points_layout.wgsl
// centroids  [K][quads]  vec4
// undecided  see lib/undecided.wgsl
// labels     [rows]      the previous labels in, the new ones out
// changed    [1]         counts the rows whose label changed
//
// A workgroup takes four listed rows after the other, an invocation four centroids of every 4 WORKGROUP:
// few rows are listed as a rule, and that keeps lanes busy. Where there are many, an invocation takes
// fours of rows of its own. Four rows and four centroids at a time share their loads.
// Lines of memory: neighbouring lanes read neighbouring centroids, each its own quads one after the other.
// Cost: 3 D FLOPs a listed row and centroid; a quad costs 8 loads for 64 FMAs.
struct Shape {
  quads: u32,
  clusters: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> centroids: array<vec4f>;
@group(0) @binding(3) var<storage, read> undecided: array<u32>;
@group(0) @binding(4) var<storage, read_write> labels: array<u32>;
@group(0) @binding(5) var<storage, read_write> changed: array<atomic<u32>>;

const WORKGROUP = 64;
// Rows from which an invocation takes its own.
const MANY = 16384;

// import ../lib/four_by_four.wgsl
// import ../lib/undecided.wgsl

// Of four rows.
struct Nearest {
  squared: vec4f,
  label: vec4u,
}
var<workgroup> nearest: array<Nearest, WORKGROUP>;

fn nearer(a: Nearest, b: Nearest) -> Nearest {
  let wins = (b.squared < a.squared) | ((b.squared == a.squared) & (b.label < a.label));
  return Nearest(select(a.squared, b.squared, wins), select(a.label, b.label, wins));
}

// With centroid k, which comes after those that are known.
fn with_centroid(best: Nearest, squared: vec4f, k: u32) -> Nearest {
  let wins = (squared < best.squared) & vec4<bool>(k < shape.clusters);
  return Nearest(select(best.squared, squared, wins), select(best.label, vec4u(k), wins));
}

// The four listed rows from place `i` on; those past the end are copies of the last.
fn rows_at(i: u32, count: u32) -> vec4u {
  let places = FIRST_UNDECIDED + min(i + vec4u(0, 1, 2, 3), vec4u(count - 1));
  return vec4u(
    undecided[places.x],
    undecided[places.y],
    undecided[places.z],
    undecided[places.w],
  );
}

fn beside(x: mat4x4f, c: vec4f) -> vec4f {
  return squares(x, c);
}

// The nearest to four rows of the centroids in fours first, first + step, ...
fn nearest_of(rows: vec4u, first: u32, step: u32) -> Nearest {
  let start = points_at(rows, shape.quads);
  var best = Nearest(vec4f(3.4e38), vec4u(4 * first));
  for (var four = first; 4 * four < shape.clusters; four += step) {
    let k = 4 * four + vec4u(0, 1, 2, 3);
    let others = min(k, vec4u(shape.clusters - 1)) * shape.quads;
    let squared = four_by_four(start, others, shape.quads);
    best = with_centroid(best, squared[0], k.x);
    best = with_centroid(best, squared[1], k.y);
    best = with_centroid(best, squared[2], k.z);
    best = with_centroid(best, squared[3], k.w);
  }
  return best;
}

fn store_labels(rows: vec4u, label: vec4u) {
  for (var j = 0u; j < 4; j++) {
    if (labels[rows[j]] != label[j]) {
      labels[rows[j]] = label[j];
      atomicAdd(&changed[0], 1);
    }
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let count = undecided[UNDECIDED];
  if (count >= MANY) {
    for (var i = 4 * (group.x * WORKGROUP + lane); i < count; i += 4 * groups.x * WORKGROUP) {
      let rows = rows_at(i, count);
      store_labels(rows, nearest_of(rows, 0, 1).label);
    }
    return;
  }
  for (var i = 4 * group.x; i < count; i += 4 * groups.x) {
    let rows = rows_at(i, count);
    nearest[lane] = nearest_of(rows, lane, WORKGROUP);
    for (var others = u32(WORKGROUP) / 2; others > 0; others /= 2) {
      workgroupBarrier();
      if (lane < others) {
        nearest[lane] = nearer(nearest[lane], nearest[lane + others]);
      }
    }
    if (lane == 0) {
      store_labels(rows, nearest[0].label);
    }
    workgroupBarrier();
  }
}
