// The two nearest centroids of each row by direct differences, ties to the lowest index:
//   nearest[i] = (argmin_k |x_i - c_k|^2, the next one),  squared[i] = these squared distances
//
// points     see lib/points_layout.wgsl; rows [first, first + count) of them
// centroids  [K][quads]  vec4
// nearest    [count]     of one centroid alone both are 0
// squared    [count]     of one centroid alone the second is MOST
//
// An invocation owns one row, and compares it with TILE centroids at a time, which all lanes read together.
// Cost: 3 N K D FLOPs; reads the row K / TILE times, from the cache; writes 16 N bytes.
struct Shape {
  first: u32,
  count: u32,
  quads: u32,
  clusters: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> centroids: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> nearest: array<vec2u>;
@group(0) @binding(4) var<storage, read_write> squared: array<vec2f>;

const WORKGROUP = 64;
const TILE = 4u;
const MOST = 3.4e38;

// import ../lib/points_layout.wgsl
// import ../lib/squared_distance.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (i >= shape.count) {
    return;
  }
  let at = point_at(shape.first + i, shape.quads);
  var best = vec2f(MOST);
  var whose = vec2u();
  for (var k = 0u; k < shape.clusters; k += TILE) {
    // Past the last centroid that one is read again, and left out below.
    let c = min(k + vec4u(0, 1, 2, 3), vec4u(shape.clusters - 1)) * shape.quads;
    var sums = vec4f();
    for (var q = 0u; q < shape.quads; q++) {
      let x = unpacked(points[at + q * BLOCK_ROWS]);
      sums += vec4f(
        square(x - centroids[c.x + q]),
        square(x - centroids[c.y + q]),
        square(x - centroids[c.z + q]),
        square(x - centroids[c.w + q]),
      );
    }
    sums = select(vec4f(MOST), sums, k + vec4u(0, 1, 2, 3) < vec4u(shape.clusters));
    #repeat m 0..4
    let is_first$m = sums[$m] < best.x;
    let is_second$m = sums[$m] < best.y;
    whose.y = select(select(whose.y, k + $m, is_second$m), whose.x, is_first$m);
    whose.x = select(whose.x, k + $m, is_first$m);
    best = vec2f(min(best.x, sums[$m]), min(best.y, max(best.x, sums[$m])));
    #end
  }
  nearest[i] = whose;
  squared[i] = best;
}
