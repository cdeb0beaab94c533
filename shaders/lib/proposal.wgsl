// What the assignments share. They propose
//   argmin_k |c_k|^2 / 2 - x_i . c_k,  ties to the lowest k
// (half of |x_i - c_k|^2 less |x_i|^2 / 2), which takes half the arithmetic of direct differences where rows
// have more than a few columns. A
// proposal stands where the second best score is farther away than rounding reaches; other rows are
// decided by direct differences. So a label is the argmin of those, whichever kernel found it.
//
// half_norms  [padded K]  |c_k|^2 / 2; a huge number for padding
@group(0) @binding(6) var<storage, read> half_norms: array<f32>;

// import assignment.wgsl
// import margin.wgsl

// Of four rows: the best score so far, the second best, and whose the best is.
struct Proposal {
  score: vec4f,
  second: vec4f,
  label: vec4u,
}

fn no_proposal() -> Proposal {
  return Proposal(vec4f(3.4e38), vec4f(3.4e38), vec4u());
}

// With the score of centroid k taken into account. Ties stay with the lower index, which came first.
fn with_score(best: Proposal, score: vec4f, k: u32) -> Proposal {
  let wins = score < best.score;
  return Proposal(
    select(best.score, score, wins),
    min(best.second, max(best.score, score)),
    select(best.label, vec4u(k), wins),
  );
}
