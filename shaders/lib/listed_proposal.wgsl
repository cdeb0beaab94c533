// What the assignments by proposal share: rows whose proposal does not stand keep their label, and are
// listed for decide.wgsl.
//
// norms      [rows]  |x_i|^2
// undecided  see lib/undecided.wgsl
@group(0) @binding(7) var<storage, read> norms: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> undecided: array<atomic<u32>>;

// import proposal.wgsl
// import list_undecided.wgsl

struct Best {
  proposal: Proposal,
  // The largest half norm of a centroid.
  reach: f32,
}

fn none_yet() -> Best {
  return Best(no_proposal(), 0);
}

// Four rows' best centroid so far, with the score of centroid k and its half norm taken into account.
fn with_score_of(best: Best, score: vec4f, half_norm: f32, k: u32) -> Best {
  return Best(
    with_score(best.proposal, score, k),
    max(best.reach, select(half_norm, 0, half_norm > MOST_SCORE)),
  );
}

// As `with_score_of`, by dot products.
fn closer(best: Best, dots: vec4f, k: u32) -> Best {
  let half_norm = half_norms[k];
  return with_score_of(best, half_norm - dots, half_norm, k);
}

// Labels the rows from `start` whose proposal stands, and lists the others.
fn settle(start: u32, best: Best) {
  let owned = owned_rows(start);
  if (!owned.x) {
    return;
  }
  let found = best.proposal;
  let reach = sqrt(2 * best.reach);
  let margins = margins_of(norms[start / 4], reach, found.second, shape.quads);
  let stands = found.second - found.score > margins;
  count_changed(store_labels(start, found.label, stands & owned));
  // A bit a row: where none is open, as a rule, drivers that run loops under a mask go round once.
  var open = dot(select(vec4u(), vec4u(1, 2, 4, 8), owned & !stands), vec4u(1));
  while (open != 0) {
    list_undecided(start + firstTrailingBit(open));
    open &= open - 1;
  }
}
