// Sums over rows of one cluster, and over four columns, about a reference r that stays while they are
// amended (see accumulate.wgsl).
struct ClusterSum {
  // sum w (x - r)
  residuals: vec4f,
  // sum w |x - r|^2
  cost: f32,
  // sum w
  weight: f32,
  // The largest that cost and weight have been about this reference: what rounding has cost is in
  // proportion to that. Only of totals.
  most_cost: f32,
  most_weight: f32,
}

fn plus(a: ClusterSum, b: ClusterSum) -> ClusterSum {
  return ClusterSum(
    a.residuals + b.residuals,
    a.cost + b.cost,
    a.weight + b.weight,
    a.most_cost,
    a.most_weight,
  );
}
