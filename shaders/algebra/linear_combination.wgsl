// Sums of matrices, number by number:
//   C = epilogue(own C + sum_t factor_t X_t + diagonal I), t below TERMS
//
// x0, x1, x2   vec4s of rows, stride<t> of them a row, the first at first<t>: parts of row-major matrices
// bias         [ceil(columns / 4)]   see lib/epilogue.wgsl
// c            likewise; in that of a stack `rows` rows are one matrix
//
// An invocation, of those from `first` on, owns a vec4. The numbers of C are not read where `own` is 0.
// Cost: 2 TERMS FLOPs a number, and as many times 4 bytes read as there are terms.
struct Shape {
  first: u32,
  all_rows: u32,
  rows: u32,
  columns: u32,
  first0: u32,
  stride0: u32,
  first1: u32,
  stride1: u32,
  first2: u32,
  stride2: u32,
  c_first: u32,
  c_stride: u32,
  flags: u32,
  own: f32,
  factor0: f32,
  factor1: f32,
  factor2: f32,
  diagonal: f32,
  threshold: f32,
  least: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> x0: array<vec4f>;
@group(0) @binding(2) var<storage, read> x1: array<vec4f>;
@group(0) @binding(3) var<storage, read> x2: array<vec4f>;
@group(0) @binding(4) var<storage, read> bias: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> c: array<vec4f>;

const WORKGROUP = 64;
// 0 to 3
const TERMS = 1;

// import ../lib/epilogue.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = shape.first + (group.x + group.y * groups.x) * WORKGROUP + lane;
  let quads = (shape.columns + 3) / 4;
  let row = index / quads;
  let quad = index % quads;
  if (row >= shape.all_rows) {
    return;
  }
  let at = shape.c_first + row * shape.c_stride + quad;
  var sum = vec4f();
  if (shape.own != 0) {
    sum = shape.own * c[at];
  }
  #repeat t 0..TERMS
  sum += shape.factor$t * x$t[shape.first$t + row * shape.stride$t + quad];
  #end
  let within = row % shape.rows;
  let column = 4 * quad + vec4u(0, 1, 2, 3);
  sum = select(sum, sum + shape.diagonal, column == vec4u(within));
  c[at] = finished(sum, within, quad);
}
