// How a lower triangular matrix W is laid out for products with it: pair after pair of row quads
// (8 rows), and within a pair quad after quad of columns up to the diagonal, each as the four
// columns of its upper four rows and then those of its lower four; of the pair's last column quad,
// whose upper rows lie above the diagonal, the lower rows alone.

// Where the pair's first vec4 lies.
fn factor_at(pair: u32) -> u32 {
  return pair * (8 * pair + 4);
}

// Where element (i, j), j <= i, lies, in floats.
fn factor_index(i: u32, j: u32) -> u32 {
  let pair = i / 8;
  let quad = j / 4;
  // The pair's last column quad has its lower rows only.
  let lower = select(4 * (i / 4 % 2), 0u, quad == 2 * pair + 1);
  return 4 * (factor_at(pair) + 8 * quad + lower + j % 4) + i % 4;
}
