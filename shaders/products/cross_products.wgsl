// Products of the columns of two matrices, X^T Y, as partial sums of runs of rows:
//   partial[l][b] += sum over the rows n of run l of x_n y_n^T, for each block b of 8 x 8 columns
//
// points    see lib/points_layout.wgsl: X; rows [first, first + rows) of it
// images    laid out as the points: Y, of image_quads quads, an even number
// partial   [lanes][blocks][ENTRY]  vec4; blocks run over X's columns, then over Y's. In a block,
//           4 (2 i + j) + c is column c of X's quad i, by the four columns of Y's quad j.
//           Where X's quads are odd in number, what lies past the last is a copy of it.
//
// An invocation owns one run and one block, whose 64 sums it keeps in registers; run l takes the rows
// l, l + lanes, ..., so that neighbouring invocations load neighbouring rows.
// Cost: 2 N D T FLOPs; 4 vec4 loads for 64 FMAs.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  image_quads: u32,
  lanes: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> images: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> partial: array<vec4f>;

const WORKGROUP = 64;
const ENTRY = 16;

// import ../lib/points_layout.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.x + group.y * groups.x) * WORKGROUP + lane;
  let run = index % shape.lanes;
  let block = index / shape.lanes;
  let across = shape.image_quads / 2;
  let i0 = 2 * (block / across);
  if (i0 >= shape.quads) {
    return;
  }
  let i1 = min(i0 + 1, shape.quads - 1);
  let j0 = 2 * (block % across);
  let j1 = j0 + 1;
  let blocks = (shape.quads + 1) / 2 * across;
  let at = (run * blocks + block) * ENTRY;
  #repeat i 0..16
  var product$i = partial[at + $i];
  #end
  for (var row = run; row < shape.rows; row += shape.lanes) {
    let p = point_at(shape.first + row, shape.quads);
    let x0 = unpacked(points[p + i0 * BLOCK_ROWS]);
    let x1 = unpacked(points[p + i1 * BLOCK_ROWS]);
    let y = point_at(row, shape.image_quads);
    let y0 = images[y + j0 * BLOCK_ROWS];
    let y1 = images[y + j1 * BLOCK_ROWS];
    #repeat i 0..16
    product$i += x$(i / 8)[$(i % 4)] * y$(i / 4 % 2);
    #end
  }
  #repeat i 0..16
  partial[at + $i] = product$i;
  #end
}
