// How Gram products are laid out: for each cluster the blocks of 8 x 8 columns (2 x 2 quads) on or
// below the diagonal, row after row of blocks. A block is an entry of ENTRY vec4s:
//   4 (2 i + j) + c   row c of row quad i, over the four columns of column quad j
//   RESIDUALS + i     sum of r_n (x_n - m) over row quad i, in weighted products
//   WEIGHT            (sum of r_n, 0, 0, 0), in weighted products
// Where the quads are odd in number, what lies past the last one is a copy of the quad before.
const ENTRY = 19;
const RESIDUALS = 16;
const WEIGHT = 18;

// Blocks of a symmetric matrix of so many quads.
fn block_count(quads: u32) -> u32 {
  let side = (quads + 1) / 2;
  return side * (side + 1) / 2;
}

// Row and column of block b.
fn block_at(b: u32) -> vec2u {
  var row = 0u;
  var column = b;
  while (column > row) {
    row++;
    column -= row;
  }
  return vec2u(row, column);
}

// Where the vec4 lies that holds row i, columns 4 j .. 4 j + 3 of a matrix; needs 4 j <= i.
fn gram_at(i: u32, j: u32) -> u32 {
  let row = i / 8;
  return (row * (row + 1) / 2 + j / 2) * ENTRY + 4 * (2 * (i / 4 % 2) + j % 2) + i % 4;
}
