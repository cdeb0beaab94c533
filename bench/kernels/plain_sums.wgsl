// Sums and counts of each cluster's rows over a slab of rows, a workgroup a slab:
//   partials[slab][k][j] = sum over the slab's rows i with labels[i] = k of x_ij,  j < columns
//   partials[slab][k][columns] = how many they are
// An invocation owns a column, so that no two write to the same place.
// Cost: N D FLOPs; reads the points once, and a partial sum twice for each number.

struct Shape {
  rows: u32,
  columns: u32,
  clusters: u32,
  slabs: u32,
  first_slab: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read_write> partials: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let width = shape.columns + 1;
  let slab = (shape.first_slab + group.x) * shape.clusters * width;
  let rows = (shape.rows + shape.slabs - 1) / shape.slabs;
  let first = group.x * rows;
  let end = min(first + rows, shape.rows);
  for (var j = lane; j < width; j += 64u) {
    for (var k = 0u; k < shape.clusters; k++) {
      partials[slab + k * width + j] = 0.0;
    }
    for (var row = first; row < end; row++) {
      var value = 1.0;
      if (j < shape.columns) {
        value = points[row * shape.columns + j];
      }
      partials[slab + labels[row] * width + j] += value;
    }
  }
}
