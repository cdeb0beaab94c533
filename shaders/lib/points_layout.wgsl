// How rows are laid out: blocks of BLOCK_ROWS rows, and within a block quad after quad of columns,
// each of them for one row after the other:
//   [ceil(rows / BLOCK_ROWS)][quads][BLOCK_ROWS] vec4,  zeros past the last column
// (or Stored, where rows may be held in less; or FourStored, a quad of four neighbouring rows).
// A row's next quad lies BLOCK_ROWS further. So neighbouring rows lie side by side, and a block's
// 4 KiB a quad stay near each other: with quad after quad of all rows instead, an iteration on
// 60,000 x 784, K 10, took two to three times as long on lavapipe and SwiftShader.
const BLOCK_ROWS = 256;

// import stored.wgsl

// Where a row's first quad lies.
fn point_at(row: u32, quads: u32) -> u32 {
  return row / BLOCK_ROWS * BLOCK_ROWS * quads + row % BLOCK_ROWS;
}

fn points_at(rows: vec4u, quads: u32) -> vec4u {
  return rows / BLOCK_ROWS * BLOCK_ROWS * quads + rows % BLOCK_ROWS;
}

// Four rows' quads, a row a column.
fn unpacked4(a: Stored, b: Stored, c: Stored, d: Stored) -> mat4x4f {
  return mat4x4f(unpacked(a), unpacked(b), unpacked(c), unpacked(d));
}
