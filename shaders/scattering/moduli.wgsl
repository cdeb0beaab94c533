// The moduli of complex images, which two real products leave in two halves of `rows` rows each, the numbers being
// those of the upper plus i times those of the lower:
//   Y[i][j] = |X[i][j] + i X[rows + i][j]|
//
// x   [items][2 rows][pairs]           vec4: two complex numbers
// y   [items][rows][ceil(pairs / 2)]   vec4, zeros past the last column
//
// An invocation, of those from `first` on, owns a vec4 of y. Cost: 6 FLOPs and 20 bytes a modulus.
struct Shape {
  first: u32,
  items: u32,
  rows: u32,
  pairs: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

const WORKGROUP = 64;

fn moduli(upper: vec4f, lower: vec4f) -> vec2f {
  let z = upper + vec4f(-1, 1, -1, 1) * lower.yxwz;
  let squares = z * z;
  return sqrt(squares.xz + squares.yw);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = shape.first + (group.x + group.y * groups.x) * WORKGROUP + lane;
  let quads = (shape.pairs + 1) / 2;
  let row = index / quads % shape.rows;
  let item = index / quads / shape.rows;
  if (item >= shape.items) {
    return;
  }
  let pair = 2 * (index % quads);
  let upper = (2 * item * shape.rows + row) * shape.pairs + pair;
  let lower = upper + shape.rows * shape.pairs;
  var values = vec4f(moduli(x[upper], x[lower]), 0, 0);
  if (pair + 1 < shape.pairs) {
    values = vec4f(values.xy, moduli(x[upper + 1], x[lower + 1]));
  }
  y[index] = values;
}
