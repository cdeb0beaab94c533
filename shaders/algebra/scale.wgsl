// Rows and columns of a matrix times numbers of their own:
//   C[i][j] = X[i][j] by_rows[i] by_columns[j]
//
// x            [all rows][quads]   vec4; IN_PLACE it is not read, but what C holds. `rows` of them are one matrix
// by_rows      [ceil(rows / 4)]      vec4, read if BY_ROWS
// by_columns   [quads]               vec4, zeros past the last column; read if BY_COLUMNS
// c            [all rows][quads]     vec4
//
// An invocation, of those from `first` on, owns a vec4. Cost: 2 FLOPs and 8 bytes a number.
struct Shape {
  first: u32,
  all_rows: u32,
  rows: u32,
  quads: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> by_rows: array<f32>;
@group(0) @binding(3) var<storage, read> by_columns: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> c: array<vec4f>;

const WORKGROUP = 64;
const BY_ROWS = true;
const BY_COLUMNS = true;
const IN_PLACE = false;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = shape.first + (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (index >= shape.all_rows * shape.quads) {
    return;
  }
  #if IN_PLACE
  var v = c[index];
  #else
  var v = x[index];
  #end
  if (BY_ROWS) {
    v *= by_rows[index / shape.quads % shape.rows];
  }
  if (BY_COLUMNS) {
    v *= by_columns[index % shape.quads];
  }
  c[index] = v;
}
