/** Wilcoxon's signed-rank test of pairs, two-sided, exact: over all signs. */
export function pValue(a, b) {
  const differences = a.map((value, i) => value - b[i]).filter((value) => Math.abs(value) > 1e-12);
  const sizes = differences.map(Math.abs);
  const ranks = sizes.map(
    (size) =>
      sizes.filter((other) => other < size - 1e-12).length +
      (sizes.filter((other) => Math.abs(other - size) <= 1e-12).length + 1) / 2,
  );
  const middle = ranks.reduce((sum, rank) => sum + rank, 0) / 2;
  const found = Math.abs(
    ranks.reduce((sum, rank, i) => sum + (differences[i] > 0 ? rank : 0), 0) - middle,
  );
  let asFar = 0;
  for (let signs = 0; signs < 2 ** ranks.length; signs++) {
    const sum = ranks.reduce((part, rank, i) => part + ((signs >> i) & 1 ? rank : 0), 0);
    if (Math.abs(sum - middle) >= found - 1e-9) asFar++;
  }
  return asFar / 2 ** ranks.length;
}
