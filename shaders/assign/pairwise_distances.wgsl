// distances[i][k] = |x_i - c_k|^2 from direct differences, for `transform`; if PRODUCTS the inner product
// x_i . c_k in its place, for `respond`.
//
// points     see lib/points_layout.wgsl; rows [first, first + count) of them
// centroids  [K][quads]  vec4
// distances  [count][K]
//
// An invocation owns four rows and four centroids; neighbours own neighbouring centroids, then neighbouring rows.
// Lines of memory: neighbouring lanes read neighbouring centroids, each its own quads one after the other.
// Cost: 3 N K D FLOPs; a quad costs 8 loads for 64 FMAs; writes 4 N K bytes.
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

// import ../lib/four_by_four.wgsl

fn beside(x: mat4x4f, c: vec4f) -> vec4f {
  if (PRODUCTS) {
    return vec4f(dot(x[0], c), dot(x[1], c), dot(x[2], c), dot(x[3], c));
  }
  return squares(x, c);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.x + group.y * groups.x) * WORKGROUP + lane;
  let fours = (shape.clusters + 3) / 4;
  let i = 4 * (index / fours);
  if (i >= shape.count) {
    return;
  }
  let k = 4 * (index % fours);
  // Past the last they are copies of that, and never written.
  let rows = shape.first + min(i + vec4u(0, 1, 2, 3), vec4u(shape.count - 1));
  let others = min(k + vec4u(0, 1, 2, 3), vec4u(shape.clusters - 1));
  let made = four_by_four(points_at(rows, shape.quads), others * shape.quads, shape.quads);
  #repeat r 0..4
  if (i + $r < shape.count) {
    #repeat c 0..4
    if (k + $c < shape.clusters) {
      distances[(i + $r) * shape.clusters + k + $c] = made[$c][$r];
    }
    #end
  }
  #end
}
