// Makes products of rows with queries 0 that are not to be found:
//   product of query i with row excluded[i][e] - offset = 0, where that is one of `rows` rows
//
// products  those of query i and row j at i query_step + j row_step
// excluded  [count][excludes]   numbers of rows
//
// An invocation, of those from `first` on, owns a number.
// Lines of memory: a row is left out of each query's products, wherever it lies.
// Cost: 8 bytes each.
struct Shape {
  first: u32,
  count: u32,
  excludes: u32,
  query_step: u32,
  row_step: u32,
  rows: u32,
  offset: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> excluded: array<u32>;
@group(0) @binding(2) var<storage, read_write> products: array<f32>;

const WORKGROUP = 64;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = shape.first + (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (index >= shape.count * shape.excludes) {
    return;
  }
  // Rows before `offset` come out as large numbers.
  let row = excluded[index] - shape.offset;
  if (row < shape.rows) {
    products[index / shape.excludes * shape.query_step + row * shape.row_step] = 0;
  }
}
