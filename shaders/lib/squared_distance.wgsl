// Direct differences, as every kernel sums them that decides a label or reports a distance: a quad's
// squares by fused operations in column order, then quad after quad. So a label is the argmin of the very
// numbers that `transform` gives.

// |residual|^2 of one quad.
fn square(residual: vec4f) -> f32 {
  let first_two = fma(residual.y, residual.y, residual.x * residual.x);
  return fma(residual.w, residual.w, fma(residual.z, residual.z, first_two));
}

// Of one quad of four rows, a row a column, from a centroid's.
fn squares(x: mat4x4f, c: vec4f) -> vec4f {
  return vec4f(square(x[0] - c), square(x[1] - c), square(x[2] - c), square(x[3] - c));
}
