/** How many clusters a curve of gaps speaks for, given how uncertain it is. */
import { plural, show } from '../../../host/show.js';
import { InvalidArgumentError } from '../../errors.js';
import { checkOptions, nonNegative, oneOf } from '../../fit/options.js';

/** How `maxSE` chooses; see there. */
export const GAP_RULES = [
  'firstSEmax',
  'Tibs2001SEmax',
  'globalSEmax',
  'firstmax',
  'globalmax',
] as const;
export type GapRule = (typeof GAP_RULES)[number];

export const MAX_SE_RULES = { rule: oneOf(...GAP_RULES), seFactor: nonNegative };

/**
 * The number of clusters, from 1, that a curve speaks for. As `maxSE` of R's package cluster; with
 * f(k) the gap and s(k) `seFactor` times its standard error:
 *
 * - 'firstmax': the first k after which f does not rise; 'globalmax': that of the largest f.
 * - 'firstSEmax' (Maechler 2012), 'globalSEmax': the smallest k of which f(k) >= f(m) - s(m), m being
 *   what 'firstmax' or 'globalmax' gives.
 * - 'Tibs2001SEmax' (Tibshirani, Walther & Hastie 2001): the smallest k of which
 *   f(k) >= f(k + 1) - s(k + 1); the last where there is none.
 *
 * @param gaps f of 1, 2 ... clusters
 * @param standardErrors as many numbers >= 0
 * @throws InvalidArgumentError on an unknown rule, a negative factor or error, a number that is none,
 *   arrays that are empty or differ in length
 */
export function maxSE(
  gaps: ArrayLike<number>,
  standardErrors: ArrayLike<number>,
  rule: GapRule = 'firstSEmax',
  seFactor = 1,
): number {
  checkOptions('maxSE', { rule, seFactor }, MAX_SE_RULES);
  const f = checkCurve('gaps', gaps, 'a number', (value) => !Number.isNaN(value));
  const errors = checkCurve('standardErrors', standardErrors, 'a number >= 0', (at) => at >= 0);
  if (f.length === 0 || f.length !== errors.length) {
    throw new InvalidArgumentError(
      'standardErrors',
      `maxSE: gaps has ${f.length} ${plural(f.length, 'entry', 'entries')} and standardErrors ${errors.length}; give one of each for 1, 2 ... clusters.`,
    );
  }
  const last = f.length - 1;
  /** The first place of which `holds`, else `otherwise`. */
  const first = (otherwise: number, holds: (value: number, at: number) => boolean) => {
    const at = f.slice(0, otherwise).findIndex(holds);
    return at < 0 ? otherwise : at;
  };
  const asGoodAs = (top: number) => first(top, (value) => value >= f[top] - seFactor * errors[top]);
  const firstTop = () => first(last, (value, at) => f[at + 1] <= value);
  const globalTop = () => f.indexOf(f.reduce((most, value) => Math.max(most, value)));
  const places: Record<GapRule, () => number> = {
    firstmax: firstTop,
    globalmax: globalTop,
    firstSEmax: () => asGoodAs(firstTop()),
    globalSEmax: () => asGoodAs(globalTop()),
    Tibs2001SEmax: () => first(last, (value, at) => value >= f[at + 1] - seFactor * errors[at + 1]),
  };
  return places[rule]() + 1;
}

function checkCurve(
  name: string,
  given: ArrayLike<number>,
  rule: string,
  holds: (value: number) => boolean,
): readonly number[] {
  if (!Array.isArray(given) && !ArrayBuffer.isView(given)) {
    throw new InvalidArgumentError(
      name,
      `maxSE: ${name} is ${show(given)}; it must be an array of numbers.`,
    );
  }
  // By index: iterators of arrays that were transferred throw.
  const list = given as ArrayLike<number>;
  const values: number[] = [];
  for (let at = 0; at < list.length; at++) {
    const value: unknown = list[at];
    if (!(typeof value === 'number' && holds(value))) {
      throw new InvalidArgumentError(
        name,
        `maxSE: ${name}[${at}] is ${show(value)}; it must be ${rule}.`,
      );
    }
    values.push(value);
  }
  return values;
}
