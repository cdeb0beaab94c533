// A quad of four rows at once, a row a column. `points` and its layout are the importing file's.

fn quad_at(at: vec4u) -> mat4x4f {
  return unpacked4(points[at.x], points[at.y], points[at.z], points[at.w]);
}

fn minus(x: mat4x4f, m: vec4f) -> mat4x4f {
  return mat4x4f(x[0] - m, x[1] - m, x[2] - m, x[3] - m);
}
