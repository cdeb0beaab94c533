// The Cholesky factor L of a diagonal block of a matrix, in its place, and the inverse of L:
//   A = L L^T,  inverses[block] = L^-1
//
// matrix     vec4s of rows, `stride` of them a row: the block's lower triangle is read, rows and columns [first,
//            first + size); of what it writes, what lies above the diagonal is 0
// inverses   [blocks][SIDE][SIDE / 4]   vec4, zeros above the diagonal and past the last row
// failed     [0] falls to the first pivot that is not above 0; 1 stands in such a one's place, so that no number
//            is made that is none
//
// One workgroup; an invocation owns a row, but all of them read and write the matrix together, so that neighbouring
// lanes have neighbouring quads. Columns are taken one after the other, with the triangle in workgroup
// memory, row after row. Cost: 2 SIDE^3 / 3 FLOPs.
// Lines of memory: only the triangle is read, whose rows end within a line.
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
  let start = shape.first * shape.stride + shape.first / 4;
  for (var e = i; e < SIDE * SIDE / 4; e += SIDE) {
    let row = e / (SIDE / 4);
    let q = e % (SIDE / 4);
    if (q <= row / 4) {
      let v = matrix[start + row * shape.stride + q];
      for (var c = 0u; c < 4; c++) {
        if (4 * q + c <= row) {
          // Rows past the last are of the identity.
          let past = select(0.0, 1.0, 4 * q + c == row);
          triangle[entry(row, 4 * q + c)] = select(past, v[c], row < shape.size);
        }
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
  let quads = (shape.size + 3) / 4;
  for (var e = i; e < shape.size * quads; e += SIDE) {
    matrix[start + e / quads * shape.stride + e % quads] = quad_of(e / quads, e % quads);
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
  for (var e = i; e < SIDE * SIDE / 4; e += SIDE) {
    inverses[shape.block * (SIDE * SIDE / 4) + e] = quad_of(e / (SIDE / 4), e % (SIDE / 4));
  }
}
