// What the assignments of narrow rows share: rows that an invocation keeps in registers while
// all centroids go by, so that each is loaded once. ROWS is the importing file's.

// import listed_proposal.wgsl

// Quads of a row: 1 to 4.
const QUADS = 1;

// Four rows' quads, a row a row: fused operations then go column by column.
struct Rows {
  #repeat q 0..QUADS
  q$q: mat4x4f,
  #end
}

fn load_rows(start: u32) -> Rows {
  let at = four_rows(start);
  var rows = Rows();
  #repeat q 0..QUADS
  rows.q$q = transpose(four_quads(at + $q * NEXT_QUAD));
  #end
  return rows;
}

// The quads of a centroid.
struct Centroid {
  half_norm: f32,
  #repeat q 0..QUADS
  q$q: vec4f,
  #end
}

fn load_centroid(k: u32) -> Centroid {
  var c = Centroid();
  c.half_norm = half_norms[k];
  #repeat q 0..QUADS
  c.q$q = centroids[k * QUADS + $q];
  #end
  return c;
}

// Four rows' scores less the products of one more quad.
fn less_products(score: vec4f, c: vec4f, x: mat4x4f) -> vec4f {
  let first_two = fma(x[1], vec4f(-c.y), fma(x[0], vec4f(-c.x), score));
  return fma(x[3], vec4f(-c.w), fma(x[2], vec4f(-c.z), first_two));
}

fn scores(c: Centroid, rows: Rows) -> vec4f {
  var score = vec4f(c.half_norm);
  #repeat q 0..QUADS
  score = less_products(score, c.q$q, rows.q$q);
  #end
  return score;
}

// With centroid k taken into account.
fn with_centroid(best: Best, c: Centroid, rows: Rows, k: u32) -> Best {
  return with_score_of(best, scores(c, rows), c.half_norm, k);
}
