/** The rate of online k-means: how far a row moves its winner. */
import { show } from '../../../host/show.js';
import { InvalidArgumentError } from '../../errors.js';
import { aFunction, either, oneOf, type OptionRule } from '../../fit/options.js';
import type { RowRates } from '../../ops/online/follow_rows.twin.js';

/**
 * A number above 0 and at most 1; '1/count', for centroids that are the means of all rows they have moved
 * by; or a schedule that never grows, of the number t of rows taken before: 0 for the first.
 */
export type OnlineRate = number | '1/count' | ((t: number) => number);

const isRate = (value: unknown): value is number =>
  typeof value === 'number' && value > 0 && value <= 1;

export const RATE_RULE: OptionRule = either(
  { rule: 'a number above 0 and at most 1', holds: isRate },
  either(oneOf('1/count'), aFunction),
);

/**
 * What rows t to t + n - 1 of all move their winners by. A row of weight w moves it as w copies of it
 * would at the same rate, by 1 - (1 - eta)^w; with '1/count' it counts w times.
 *
 * @param unit what weights are counted in, so that float32 holds them
 * @throws InvalidArgumentError where a schedule grows or leaves (0, 1]
 */
export function ratesOf(
  eta: OnlineRate,
  t: number,
  n: number,
  weights: ArrayLike<number> | undefined,
  unit: number,
): RowRates & { readonly rates: Float32Array } {
  if (eta === '1/count') {
    return {
      rates: Float32Array.from({ length: n }, (_, i) => (weights?.[i] ?? 1) / unit),
      counted: true,
    };
  }
  let before = typeof eta === 'function' && t > 0 ? eta(t - 1) : 1;
  const rates = Float32Array.from({ length: n }, (_, i) => {
    const rate = typeof eta === 'function' ? scheduled(eta, t + i, before) : eta;
    before = rate;
    return weighted(rate, weights?.[i] ?? 1);
  });
  return { rates, counted: false };
}

function scheduled(eta: (t: number) => number, t: number, before: number): number {
  const rate: unknown = eta(t);
  if (isRate(rate) && rate <= before) return rate;
  const why = isRate(rate)
    ? `more than the ${before} of the step before; a schedule must never grow`
    : 'but must be above 0 and at most 1';
  throw new InvalidArgumentError(
    'eta',
    `eta(${t}) is ${show(rate)}, ${why}; t counts the rows taken before, from 0, so that 1 / (t + 1) begins at 1.`,
  );
}

function weighted(rate: number, weight: number): number {
  if (weight === 1 || rate === 1) return weight > 0 ? rate : 0;
  return -Math.expm1(weight * Math.log1p(-rate));
}
