/** Functions of the gamma family, for positive arguments. */

/** Above this the asymptotic series are exact to float64's last digits. */
const LARGE = 10;

/** log Gamma(x), by recurrence and Stirling's series (Abramowitz & Stegun 6.1.15, 6.1.41). */
export function logGamma(x: number): number {
  let below = 0;
  let at = x;
  for (; at < LARGE; at++) below += Math.log(at);
  const inverse = 1 / at;
  const square = inverse * inverse;
  const series =
    inverse *
    (1 / 12 -
      square *
        (1 / 360 -
          square *
            (1 / 1260 - square * (1 / 1680 - square * (1 / 1188 - square * (691 / 360360))))));
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - below;
}

/** The derivative of log Gamma, likewise (Abramowitz & Stegun 6.3.5, 6.3.18). */
export function digamma(x: number): number {
  let below = 0;
  let at = x;
  for (; at < LARGE; at++) below += 1 / at;
  const square = 1 / (at * at);
  const series =
    square *
    (1 / 12 -
      square *
        (1 / 120 -
          square * (1 / 252 - square * (1 / 240 - square * (1 / 132 - square * (691 / 32760))))));
  return Math.log(at) - 0.5 / at - series - below;
}

/** log of the beta function. */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}
