// What the assignments of narrow rows share: rows that an invocation keeps in registers while all
// centroids go by, so that each is loaded once; and they are still there where a proposal does not stand
// and direct differences decide. Rows are a matrix of four for each quad. ROWS is the importing file's.

// import proposal.wgsl
// import squared_distance.wgsl

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

fn squared_norms(rows: Rows) -> vec4f {
  var sums = squares(rows.q0, vec4f());
  if (QUADS > 1) {
    sums += squares(rows.q1, vec4f());
  }
  if (QUADS > 2) {
    sums += squares(rows.q2, vec4f());
  }
  if (QUADS > 3) {
    sums += squares(rows.q3, vec4f());
  }
  return sums;
}

// Four rows' squared distances to a centroid.
fn distances(c: Centroid, rows: Rows) -> vec4f {
  var sums = squares(rows.q0, c.q0);
  if (QUADS > 1) {
    sums += squares(rows.q1, c.q1);
  }
  if (QUADS > 2) {
    sums += squares(rows.q2, c.q2);
  }
  if (QUADS > 3) {
    sums += squares(rows.q3, c.q3);
  }
  return sums;
}

// With centroid k taken into account.
fn with_centroid(best: Proposal, rows: Rows, k: u32) -> Proposal {
  return with_score(best, half_norms[k] - dot_products(load_centroid(k), rows), k);
}

// The nearest centroid of each of four rows by direct differences, ties to the lowest.
fn decided(rows: Rows) -> vec4u {
  var least = vec4f(3.4e38);
  var label = vec4u();
  for (var k = 0u; k < shape.padded_clusters; k++) {
    let squared = distances(load_centroid(k), rows);
    let wins = squared < least;
    least = select(least, squared, wins);
    label = select(label, vec4u(k), wins);
  }
  return label;
}

// Labels the rows from `start`, those at once whose proposal does not stand; how many of the labels are
// others than before.
fn label_rows(start: u32, best: Proposal, rows: Rows) -> u32 {
  let owned = owned_rows(start);
  let margins = wide_margins_of(squared_norms(rows), best.second, QUADS);
  let stands = best.second - best.score > margins;
  var label = best.label;
  if (any(owned & !stands)) {
    label = select(decided(rows), label, stands);
  }
  return store_labels(start, label, owned);
}
