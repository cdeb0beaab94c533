// Means from the slabs' sums, an invocation a number; a cluster without rows keeps its centroid:
//   centroids[k][j] = sum_slab partials[slab][k][j] / sum_slab partials[slab][k][columns]
// Cost: 2 K D FLOPs for each slab.

struct Shape {
  rows: u32,
  columns: u32,
  clusters: u32,
  slabs: u32,
  first_slab: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> partials: array<f32>;
@group(0) @binding(2) var<storage, read_write> centroids: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= shape.clusters * shape.columns) {
    return;
  }
  let width = shape.columns + 1;
  let cluster = id.x / shape.columns;
  let column = id.x % shape.columns;
  var sum = 0.0;
  var count = 0.0;
  for (var slab = 0u; slab < shape.slabs; slab++) {
    let at = (slab * shape.clusters + cluster) * width;
    sum += partials[at + column];
    count += partials[at + shape.columns];
  }
  if (count > 0) {
    centroids[id.x] = sum / count;
  }
}
