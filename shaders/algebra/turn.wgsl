// The transpose of a matrix, C[j][i] = X[i][j], or of each of a stack.
//
// x   [items][rows][ceil(columns / 4)]   vec4, zeros past the last column
// c   [items][columns][ceil(rows / 4)]   vec4, zeros past the last of its columns
//
// An invocation, of those from `first` on, owns a block of 4 x 4, neighbours neighbouring columns of X. Cost: 8 bytes a number.
// Lines of memory: lanes that read side by side write below each other, 16 bytes to a line of C; those that own
//   the blocks of the rows of X that follow fill it.
struct Shape {
  first: u32,
  items: u32,
  rows: u32,
  columns: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;

const WORKGROUP = 64;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = shape.first + (group.x + group.y * groups.x) * WORKGROUP + lane;
  let across = (shape.columns + 3) / 4;
  let down = (shape.rows + 3) / 4;
  let quad = index % across;
  let block = index / across % down;
  let item = index / across / down;
  if (item >= shape.items) {
    return;
  }
  var rows = mat4x4f();
  for (var r = 0u; r < min(4, shape.rows - 4 * block); r++) {
    rows[r] = x[(item * shape.rows + 4 * block + r) * across + quad];
  }
  let turned = transpose(rows);
  for (var r = 0u; r < min(4, shape.columns - 4 * quad); r++) {
    c[(item * shape.columns + 4 * quad + r) * down + block] = turned[r];
  }
}
