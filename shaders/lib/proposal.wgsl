// What the assignments by dot products share. They propose
//   argmin_k |c_k|^2 / 2 - x_i . c_k,  ties to the lowest k
// (half of |x_i - c_k|^2 less |x_i|^2 / 2) for register tiles' sake. A proposal stands where the second best
// score is farther away than rounding reaches; other rows keep their label and are listed for
// decide.wgsl. So a label is the argmin of direct differences, whichever kernel found it.
//
// half_norms  [padded K]  |c_k|^2 / 2; a huge number for padding
// norms       [rows]      |x_i|^2
// undecided   see lib/undecided.wgsl
@group(0) @binding(6) var<storage, read> half_norms: array<f32>;
@group(0) @binding(7) var<storage, read> norms: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> undecided: array<atomic<u32>>;

// import assignment.wgsl
// import margin.wgsl
// import list_undecided.wgsl

struct Best {
  score: vec4f,
  second: vec4f,
  label: vec4u,
  // The largest half norm of a centroid.
  reach: f32,
}

fn none_yet() -> Best {
  return Best(vec4f(3.4e38), vec4f(3.4e38), vec4u(), 0);
}

// Four rows' best centroid so far, with centroid k and its dot products taken into account.
// Ties stay with the lower index, which came first.
fn closer(best: Best, dots: vec4f, k: u32) -> Best {
  let half_norm = half_norms[k];
  let score = half_norm - dots;
  let wins = score < best.score;
  return Best(
    select(best.score, score, wins),
    min(best.second, max(best.score, score)),
    select(best.label, vec4u(k), wins),
    max(best.reach, select(half_norm, 0, half_norm > MOST_SCORE)),
  );
}

// Labels the rows from `start` whose proposal stands, and lists the others.
fn settle(start: u32, best: Best) {
  let owned = owned_rows(start);
  if (!owned.x) {
    return;
  }
  let margins = margins_of(norms[start / 4], sqrt(2 * best.reach), best.second, shape.quads);
  let stands = best.second - best.score > margins;
  count_changed(store_labels(start, best.label, stands & owned));
  if (all(stands)) {
    return;
  }
  for (var i = 0u; i < 4; i++) {
    if (owned[i] && !stands[i]) {
      list_undecided(start + i);
    }
  }
}
