// Nearest centroid of every row as one first writes it: an invocation a row, the distances never
// written out:
//   labels[i] = argmin_k sum_j (x_ij - c_kj)^2,  ties to the lowest k
// points [rows][columns], centroids [clusters][columns], labels [rows].
// Cost: 3 N K D FLOPs; each difference loads a point's and a centroid's number.

struct Shape {
  rows: u32,
  columns: u32,
  clusters: u32,
  slabs: u32,
  first_slab: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<f32>;
@group(0) @binding(2) var<storage, read> centroids: array<f32>;
@group(0) @binding(3) var<storage, read_write> labels: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (group.x + group.y * groups.x) * 64 + lane;
  if (row >= shape.rows) {
    return;
  }
  var nearest = 3.4e38;
  var label = 0u;
  for (var k = 0u; k < shape.clusters; k++) {
    var sum = 0.0;
    for (var j = 0u; j < shape.columns; j++) {
      let apart = points[row * shape.columns + j] - centroids[k * shape.columns + j];
      sum += apart * apart;
    }
    if (sum < nearest) {
      nearest = sum;
      label = k;
    }
  }
  labels[row] = label;
}
