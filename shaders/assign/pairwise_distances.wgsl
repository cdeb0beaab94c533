// distances[i][k] = |x_i - c_k|^2 from direct differences, for `transform`; if PRODUCTS the inner product
// x_i . c_k in its place, for `respond`.
//
// points     see lib/points_layout.wgsl; rows [first, first + count) of them
// centroids  [K][quads]  vec4
// distances  [count][K]
//
// An invocation owns one entry; neighbours own neighbouring rows.
// Cost: 3 N K D FLOPs; writes 4 N K bytes.
struct Shape {
  first: u32,
  count: u32,
  quads: u32,
  clusters: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> centroids: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> distances: array<f32>;

const WORKGROUP = 64;
const PRODUCTS = false;

// import ../lib/points_layout.wgsl
// import ../lib/squared_distance.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.x + group.y * groups.x) * WORKGROUP + lane;
  let k = index / shape.count;
  let i = index % shape.count;
  if (k >= shape.clusters) {
    return;
  }
  let at = point_at(shape.first + i, shape.quads);
  var sum = 0.0;
  for (var q = 0u; q < shape.quads; q++) {
    let x = unpacked(points[at + q * BLOCK_ROWS]);
    let c = centroids[k * shape.quads + q];
    if (PRODUCTS) {
      sum += dot(x, c);
    } else {
      sum += square(x - c);
    }
  }
  distances[i * shape.clusters + k] = sum;
}
