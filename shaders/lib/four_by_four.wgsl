// Four rows beside four centroids, which share their loads.

// import points_layout.wgsl
// import squared_distance.wgsl

// Sums of what the importing file's `beside` makes of a quad of four rows, a row a column, and of a centroid:
// a centroid a column, a row a row. `rows` and `others` are where the first quads lie.
fn four_by_four(rows: vec4u, others: vec4u, quads: u32) -> mat4x4f {
  var p = rows;
  var at = others;
  var sums0 = vec4f();
  var sums1 = vec4f();
  var sums2 = vec4f();
  var sums3 = vec4f();
  for (var q = 0u; q < quads; q++) {
    let x = unpacked4(points[p.x], points[p.y], points[p.z], points[p.w]);
    sums0 += beside(x, centroids[at.x]);
    sums1 += beside(x, centroids[at.y]);
    sums2 += beside(x, centroids[at.z]);
    sums3 += beside(x, centroids[at.w]);
    at += vec4u(1);
    p += BLOCK_ROWS;
  }
  return mat4x4f(sums0, sums1, sums2, sums3);
}
