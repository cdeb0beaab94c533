// What the assignments of narrow rows share: rows that an invocation keeps in registers while all
// centroids go by, so that each is loaded once. They are a matrix of four rows for each quad. ROWS is the
// importing file's.

// Quads of a row: 1 to 4.
const QUADS = 1;

struct Rows {
  q0: mat4x4f,
  q1: mat4x4f,
  q2: mat4x4f,
  q3: mat4x4f,
}

fn load_rows(start: u32) -> Rows {
  let at = four_rows(start);
  var rows = Rows();
  rows.q0 = four_quads(at);
  if (QUADS > 1) {
    rows.q1 = four_quads(at + NEXT_QUAD);
  }
  if (QUADS > 2) {
    rows.q2 = four_quads(at + 2 * NEXT_QUAD);
  }
  if (QUADS > 3) {
    rows.q3 = four_quads(at + 3 * NEXT_QUAD);
  }
  return rows;
}

// The quads of a centroid.
struct Centroid {
  q0: vec4f,
  q1: vec4f,
  q2: vec4f,
  q3: vec4f,
}

fn load_centroid(k: u32) -> Centroid {
  var c = Centroid();
  c.q0 = centroids[k * QUADS];
  if (QUADS > 1) {
    c.q1 = centroids[k * QUADS + 1];
  }
  if (QUADS > 2) {
    c.q2 = centroids[k * QUADS + 2];
  }
  if (QUADS > 3) {
    c.q3 = centroids[k * QUADS + 3];
  }
  return c;
}

// The same sums in the same order as lib/nearest_tile.wgsl's.
fn dot_products(c: Centroid, rows: Rows) -> vec4f {
  var dots = c.q0 * rows.q0;
  if (QUADS > 1) {
    dots += c.q1 * rows.q1;
  }
  if (QUADS > 2) {
    dots += c.q2 * rows.q2;
  }
  if (QUADS > 3) {
    dots += c.q3 * rows.q3;
  }
  return dots;
}
