// What is done to each number of a matrix last, a quad of a row at a time: a bias is added, then
// v becomes sign(v) max(|v| - threshold, 0), then max(v, least), then what activation.wgsl makes of it, then 0 on the
// diagonal or above it where the flags say so, and past the last column always: kernels rely on it. The importing file
// has `bias`, and in its `shape` columns, threshold, least and flags.
const BIASED = 1u;
const ZERO_DIAGONAL = 2u;
const LOWER = 4u;
const ACTIVATED = 8u;
const ACTIVATION = 0;

// import activation.wgsl

fn finished(sum: vec4f, row: u32, quad: u32) -> vec4f {
  var v = sum;
  if ((shape.flags & BIASED) != 0) {
    v += bias[quad];
  }
  v -= clamp(v, vec4f(-shape.threshold), vec4f(shape.threshold));
  v = max(v, vec4f(shape.least));
  #if ACTIVATION > 0
  if ((shape.flags & ACTIVATED) != 0) {
    v = activated(v);
  }
  #end
  let column = 4 * quad + vec4u(0, 1, 2, 3);
  var cleared = column >= vec4u(shape.columns);
  if ((shape.flags & ZERO_DIAGONAL) != 0) {
    cleared = cleared | (column == vec4u(row));
  }
  if ((shape.flags & LOWER) != 0) {
    cleared = cleared | (column > vec4u(row));
  }
  return select(v, vec4f(), cleared);
}
