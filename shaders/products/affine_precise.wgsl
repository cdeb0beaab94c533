// An affine map of every row whose sums hardly round, for images that are small beside their rows:
//   images[i][m] = sum_j matrix[m][j] points[i][j] + offset[m]
// A number's upper half, its first 12 bits, times another's is exact, and what adding such a product to
// a sum rounds off is found and added up apart (Knuth's two-sum), as are the products with lower halves.
//
// points   see lib/points_layout.wgsl; rows [first, first + rows) of them
// matrix   [padded M / 4][4 quads][2]  vec4: of column j four outputs' upper halves, then what they leave
//          of the numbers; M padded to a multiple of 4 with zeros
// offset   [padded M / 4]              vec4, zeros past the last output
// images   laid out as the points, of padded M columns
// nothing  0. No compiler knows it, so that none may reorder what passes through `as_is`: WGSL lets them
//
// An invocation owns a row. The matrix is read at an address that is uniform over the workgroup.
// Cost: 28 N M D FLOPs, 5 of them on whole numbers; a quad of 4 columns costs 1 point load and 8 uniform loads
// for 4 outputs.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  outputs: u32,
  nothing: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> matrix: array<vec4f>;
@group(0) @binding(3) var<storage, read> offset: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> images: array<vec4f>;

const WORKGROUP = 64;
const UPPER = 0xfffff000u;

// import ../lib/points_layout.wgsl

fn as_is(v: vec4f) -> vec4f {
  return bitcast<vec4f>(bitcast<vec4u>(v) ^ vec4u(shape.nothing));
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (row >= shape.rows) {
    return;
  }
  let first = point_at(shape.first + row, shape.quads);
  var at = 0u;
  for (var m = 0u; m < shape.outputs / 4; m++) {
    var sum = vec4f();
    var rest = vec4f();
    var p = first;
    for (var q = 0u; q < shape.quads; q++) {
      let x = unpacked(points[p]);
      let upper = bitcast<vec4f>(bitcast<vec4u>(x) & vec4u(UPPER));
      let lower = x - upper;
      for (var c = 0u; c < 4; c++) {
        let added = upper[c] * matrix[at];
        let next = as_is(sum + added);
        let moved = as_is(next - sum);
        let before = as_is(next - moved);
        rest += as_is(sum - before) + as_is(added - moved);
        rest += x[c] * matrix[at + 1] + lower[c] * matrix[at];
        sum = next;
        at += 2;
      }
      p += BLOCK_ROWS;
    }
    images[point_at(row, shape.outputs / 4) + m * BLOCK_ROWS] = (sum + offset[m]) + rest;
  }
}
