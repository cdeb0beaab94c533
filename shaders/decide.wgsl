// Labels the rows whose nearest centroid scores left open, by direct differences:
//   labels[i] = argmin_k |x_i - c_k|^2,  ties to the lowest k
//
// points     see lib/points_layout.wgsl
// centroids  [K][quads]  vec4
// undecided  see lib/undecided.wgsl
// labels     [rows]      the previous labels in, the new ones out
// changed    [1]         counts the rows whose label changed
//
// A workgroup takes one listed row after the other, an invocation every WORKGROUP-th centroid of it: few
// rows are listed as a rule, and that keeps all lanes busy. Where there are many, an invocation takes
// rows of its own. Cost: 3 D FLOPs a listed row and centroid; reads 16 ceil(D / 4) bytes of each.
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

// import lib/points_layout.wgsl
// import lib/squared_distance.wgsl
// import lib/undecided.wgsl

struct Nearest {
  squared: f32,
  label: u32,
}
var<workgroup> nearest: array<Nearest, WORKGROUP>;

fn nearer(a: Nearest, b: Nearest) -> Nearest {
  if (b.squared < a.squared || (b.squared == a.squared && b.label < a.label)) {
    return b;
  }
  return a;
}

// The nearest to a row of the centroids first, first + step, ...
fn nearest_of(row: u32, first: u32, step: u32) -> Nearest {
  let start = point_at(row, shape.quads);
  var best = Nearest(3.4e38, first);
  for (var k = first; k < shape.clusters; k += step) {
    var at = start;
    var sum = 0.0;
    for (var q = 0u; q < shape.quads; q++) {
      sum += square(unpacked(points[at]) - centroids[k * shape.quads + q]);
      at += BLOCK_ROWS;
    }
    if (sum < best.squared) {
      best = Nearest(sum, k);
    }
  }
  return best;
}

fn store_label(row: u32, label: u32) {
  if (labels[row] != label) {
    labels[row] = label;
    atomicAdd(&changed[0], 1);
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
    for (var i = group.x * WORKGROUP + lane; i < count; i += groups.x * WORKGROUP) {
      let row = undecided[FIRST_UNDECIDED + i];
      store_label(row, nearest_of(row, 0, 1).label);
    }
    return;
  }
  for (var i = group.x; i < count; i += groups.x) {
    let row = undecided[FIRST_UNDECIDED + i];
    nearest[lane] = nearest_of(row, lane, WORKGROUP);
    for (var others = u32(WORKGROUP) / 2; others > 0; others /= 2) {
      workgroupBarrier();
      if (lane < others) {
        nearest[lane] = nearer(nearest[lane], nearest[lane + others]);
      }
    }
    if (lane == 0) {
      store_label(row, nearest[0].label);
    }
    workgroupBarrier();
  }
}
