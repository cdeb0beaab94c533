// How a subgroup loads four quads of each of two rows: a lane one quad, or with LANES 4 one of each row. Quad j
// of the first row is then lane j's `first`, that of the second lane (j + 4) % LANES's `second`.

// 4 or 8, at most the subgroup's size. Lanes past it load what lane % LANES loads; nobody asks them.
const LANES = 4;

struct TwoRows {
  first: vec4f,
  second: vec4f,
}

// For the lane numbered `part` of LANES, whose quad (part % 4) of the rows lies at `at` and at `next`.
fn two_rows(at: u32, next: u32, part: u32) -> TwoRows {
  let first = unpacked(points[select(at, next, part >= 4)]);
  #if LANES < 8
  return TwoRows(first, unpacked(points[next]));
  #else
  return TwoRows(first, first);
  #end
}
