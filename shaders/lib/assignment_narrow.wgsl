// What the assignments of narrow rows share: rows that an invocation keeps in registers while all
// centroids go by, so that each is loaded once, and direct differences at once. Rows are a matrix of four
// for each quad. ROWS is the importing file's.

// import assignment.wgsl
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

// Four rows' squared distances to centroid k.
fn distances(rows: Rows, k: u32) -> vec4f {
  var sums = squares(rows.q0, centroids[k * QUADS]);
  if (QUADS > 1) {
    sums += squares(rows.q1, centroids[k * QUADS + 1]);
  }
  if (QUADS > 2) {
    sums += squares(rows.q2, centroids[k * QUADS + 2]);
  }
  if (QUADS > 3) {
    sums += squares(rows.q3, centroids[k * QUADS + 3]);
  }
  return sums;
}

struct Best {
  squared: vec4f,
  label: vec4u,
}

fn none_yet() -> Best {
  return Best(vec4f(3.4e38), vec4u());
}

// Four rows' nearest centroid so far, with centroid k taken into account; ties stay with the lower index.
fn closer(best: Best, rows: Rows, k: u32) -> Best {
  let squared = distances(rows, k);
  let wins = squared < best.squared;
  return Best(select(best.squared, squared, wins), select(best.label, vec4u(k), wins));
}

// Labels the rows from `start`; how many of the labels are others than before.
fn label_rows(start: u32, best: Best) -> u32 {
  return store_labels(start, best.label, owned_rows(start));
}
