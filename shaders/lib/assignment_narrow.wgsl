// What the assignments of narrow rows share: rows that an invocation keeps in registers while
// all centroids go by, so that each is loaded once. ROWS is the importing file's.

// import listed_proposal.wgsl

// Quads of a row: 1 to 4.
const QUADS = 1;

// Four rows' quads, a row a row: fused operations then go column by column.
struct Rows {
  q0: mat4x4f,
  q1: mat4x4f,
  q2: mat4x4f,
  q3: mat4x4f,
}

fn load_rows(start: u32) -> Rows {
  let at = four_rows(start);
  var rows = Rows();
  rows.q0 = transpose(four_quads(at));
  if (QUADS > 1) {
    rows.q1 = transpose(four_quads(at + NEXT_QUAD));
  }
  if (QUADS > 2) {
    rows.q2 = transpose(four_quads(at + 2 * NEXT_QUAD));
  }
  if (QUADS > 3) {
    rows.q3 = transpose(four_quads(at + 3 * NEXT_QUAD));
  }
  return rows;
}

// The quads of a centroid.
struct Centroid {
  half_norm: f32,
  q0: vec4f,
  q1: vec4f,
  q2: vec4f,
  q3: vec4f,
}

fn load_centroid(k: u32) -> Centroid {
  var c = Centroid();
  c.half_norm = half_norms[k];
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

// Four rows' scores less the products of one more quad.
fn less_products(score: vec4f, c: vec4f, x: mat4x4f) -> vec4f {
  let first_two = fma(x[1], vec4f(-c.y), fma(x[0], vec4f(-c.x), score));
  return fma(x[3], vec4f(-c.w), fma(x[2], vec4f(-c.z), first_two));
}

fn scores(c: Centroid, rows: Rows) -> vec4f {
  var score = less_products(vec4f(c.half_norm), c.q0, rows.q0);
  if (QUADS > 1) {
    score = less_products(score, c.q1, rows.q1);
  }
  if (QUADS > 2) {
    score = less_products(score, c.q2, rows.q2);
  }
  if (QUADS > 3) {
    score = less_products(score, c.q3, rows.q3);
  }
  return score;
}

// With centroid k taken into account.
fn with_centroid(best: Best, c: Centroid, rows: Rows, k: u32) -> Best {
  return with_score_of(best, scores(c, rows), c.half_norm, k);
}
