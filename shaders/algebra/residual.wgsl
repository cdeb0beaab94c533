// What a solution leaves of the right sides, with sums that hardly round:
//   residual = B - A X
// A number's upper half, its first 12 bits, times another's is exact, and what adding such a product to a sum
// rounds off is found and added up apart (Knuth's two-sum), as are the products with lower halves.
//
// a          [rows][ceil(inner / 4)]   vec4
// x          [inner][quads]            vec4
// b          [rows][quads]             vec4
// residual   [rows][quads]             vec4
// nothing    0. No compiler knows it, so that none may reorder what passes through `as_is`: WGSL lets them
//
// An invocation, of those from `first` on, owns a vec4. Cost: 28 FLOPs a term, 5 of them on whole numbers.
struct Shape {
  first: u32,
  rows: u32,
  inner: u32,
  quads: u32,
  nothing: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> residual: array<vec4f>;

const WORKGROUP = 64;
const UPPER = 0xfffff000u;

fn as_is(v: vec4f) -> vec4f {
  return bitcast<vec4f>(bitcast<vec4u>(v) ^ vec4u(shape.nothing));
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = shape.first + (group.x + group.y * groups.x) * WORKGROUP + lane;
  let row = index / shape.quads;
  let quad = index % shape.quads;
  if (row >= shape.rows) {
    return;
  }
  let width = (shape.inner + 3) / 4;
  var sum = b[row * shape.quads + quad];
  var rest = vec4f();
  for (var k = 0u; k < shape.inner; k++) {
    let factor = vec4f(a[row * width + k / 4][k % 4]);
    let term = x[k * shape.quads + quad];
    let factor_upper = bitcast<vec4f>(bitcast<vec4u>(factor) & vec4u(UPPER));
    let upper = bitcast<vec4f>(bitcast<vec4u>(term) & vec4u(UPPER));
    let added = -factor_upper * upper;
    let next = as_is(sum + added);
    let moved = as_is(next - sum);
    let before = as_is(next - moved);
    rest += as_is(sum - before) + as_is(added - moved);
    rest -= factor * (term - upper) + (factor - factor_upper) * upper;
    sum = next;
  }
  residual[row * shape.quads + quad] = sum + rest;
}
