// The Cholesky factor L of a diagonal block of a matrix, in its place, and the inverse of L:
//   A = L L^T,  inverses[block] = L^-1
//
// matrix     vec4s of rows, `stride` of them a row: the block's lower triangle is read, rows and columns [first,
//            first + size); of what it writes, what lies above the diagonal is 0
// inverses   [blocks][SIDE][SIDE / 4]   vec4, zeros above the diagonal and past the last row
// failed     [0] falls to the first pivot that is not above 0; 1 stands in such a one's place, so that no number
//            is made that is none
//
// One workgroup; an invocation owns a row. Columns are taken one after the other, with the triangle in workgroup
// memory, row after row. Cost: 2 SIDE^3 / 3 FLOPs.
struct Shape {
  first: u32,
  size: u32,
  stride: u32,
  block: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read_write> matrix: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> inverses: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> failed: array<u32>;

// Rows of a block.
const SIDE = 64;

var<workgroup> triangle: array<f32, SIDE * (SIDE + 1) / 2>;
// A column of the factor, when its place is the inverse's already.
var<workgroup> taken: array<f32, SIDE>;

fn entry(row: u32, column: u32) -> u32 {
  return row * (row + 1) / 2 + column;
}

fn quad_of(row: u32, quad: u32) -> vec4f {
  var v = vec4f();
  for (var c = 0u; c < 4; c++) {
    if (4 * quad + c <= row && row < shape.size) {
      v[c] = triangle[entry(row, 4 * quad + c)];
    }
  }
  return v;
}

@compute @workgroup_size(SIDE)
fn main(@builtin(local_invocation_index) i: u32) {
  let own = (shape.first + i) * shape.stride + shape.first / 4;
  for (var q = 0u; q <= i / 4; q++) {
    let v = matrix[own + q];
    for (var c = 0u; c < 4; c++) {
      if (4 * q + c <= i) {
        // Rows past the last are of the identity.
        let past = select(0.0, 1.0, 4 * q + c == i);
        triangle[entry(i, 4 * q + c)] = select(past, v[c], i < shape.size);
      }
    }
  }
  workgroupBarrier();
  for (var j = 0u; j < SIDE; j++) {
    let pivot = triangle[entry(j, j)];
    // Neither is one that is no number.
    let isSound = pivot > 0;
    let root = sqrt(select(1.0, pivot, isSound));
    if (!isSound && i == 0) {
      failed[0] = min(failed[0], shape.first + j);
    }
    workgroupBarrier();
    if (i == j) {
      triangle[entry(j, j)] = root;
    }
    if (i > j) {
      triangle[entry(i, j)] /= root;
    }
    workgroupBarrier();
    if (i > j) {
      let factor = triangle[entry(i, j)];
      for (var k = j + 1; k <= i; k++) {
        triangle[entry(i, k)] -= factor * triangle[entry(k, j)];
      }
    }
    workgroupBarrier();
  }
  if (i < shape.size) {
    for (var q = 0u; q < (shape.size + 3) / 4; q++) {
      matrix[own + q] = quad_of(i, q);
    }
  }
  workgroupBarrier();
  for (var left = 0u; left < SIDE; left++) {
    let j = SIDE - 1 - left;
    if (i >= j) {
      taken[i] = triangle[entry(i, j)];
    }
    workgroupBarrier();
    if (i >= j) {
      var sum = select(0.0, 1.0, i == j);
      for (var k = j + 1; k <= i; k++) {
        sum -= triangle[entry(i, k)] * taken[k];
      }
      triangle[entry(i, j)] = sum / taken[j];
    }
    workgroupBarrier();
  }
  for (var q = 0u; q < SIDE / 4; q++) {
    inverses[(shape.block * SIDE + i) * (SIDE / 4) + q] = quad_of(i, q);
  }
}
