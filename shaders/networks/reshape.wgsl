// The numbers of a matrix, row by row, as a matrix of other sides: made[i][j] = given[l / given_columns][l % given_columns],
// l = i columns + j.
//
// given   [rows columns / given_columns][ceil(given_columns / 4)]   vec4
// made    [rows][ceil(columns / 4)]                                 vec4, zeros past the last column
//
// An invocation, of those from `first` on, owns a vec4 of what is made. Cost: reads and writes each number once.
struct Shape {
  first: u32,
  rows: u32,
  columns: u32,
  given_columns: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> given: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> made: array<vec4f>;

const WORKGROUP = 64;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = shape.first + (group.x + group.y * groups.x) * WORKGROUP + lane;
  let quads = (shape.columns + 3) / 4;
  if (index >= shape.rows * quads) {
    return;
  }
  let given_quads = (shape.given_columns + 3) / 4;
  var v = vec4f();
  #repeat i 0..4
  {
    let column = 4 * (index % quads) + $i;
    let l = index / quads * shape.columns + column;
    if (column < shape.columns) {
      let at = l % shape.given_columns;
      v[$i] = given[l / shape.given_columns * given_quads + at / 4][at % 4];
    }
  }
  #end
  made[index] = v;
}
