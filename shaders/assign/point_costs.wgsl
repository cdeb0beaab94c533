// costs[i] = w_i |x_i - c_label(i)|^2 from direct differences.
//
// points     see lib/points_layout.wgsl
// centroids  [K][quads]   vec4
// labels     [rows]
// weights    [rows], read if WEIGHTED
// costs      [rows]
//
// An invocation owns one row. Cost: 3 N D FLOPs; reads 16 ceil(D / 4) bytes a row and its centroid.
// Lines of memory: the points lie side by side, but a lane reads the centroid of its own row, which may be any;
//   a line of that serves it for 8 turns.
struct Shape {
  rows: u32,
  quads: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> centroids: array<vec4f>;
@group(0) @binding(3) var<storage, read> labels: array<u32>;
@group(0) @binding(4) var<storage, read> weights: array<f32>;
@group(0) @binding(5) var<storage, read_write> costs: array<f32>;

const WORKGROUP = 64;
const WEIGHTED = false;

// import ../lib/points_layout.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (row >= shape.rows) {
    return;
  }
  let centroid = labels[row] * shape.quads;
  let at = point_at(row, shape.quads);
  var sum = vec4f();
  for (var q = 0u; q < shape.quads; q++) {
    let residual = unpacked(points[at + q * BLOCK_ROWS]) - centroids[centroid + q];
    sum += residual * residual;
  }
  let cost = (sum.x + sum.y) + (sum.z + sum.w);
  if (WEIGHTED) {
    costs[row] = weights[row] * cost;
  } else {
    costs[row] = cost;
  }
}
