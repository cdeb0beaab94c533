/** Numbers as people read them. */

/** A count, for people: 60,000. */
export function formatCount(value: number): string {
  return value.toLocaleString('en');
}

/** A measured number to seven digits, for people: 1,234.5 or 2.364117 × 10⁹. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-3 && size < 1e7)) {
    return value.toLocaleString('en', { maximumSignificantDigits: 7 });
  }
  const [digits, exponent] = value.toExponential(6).split('e');
  return `${digits}\u00a0×\u00a0${powerOfTen(Number(exponent))}`;
}

/** 10⁻³ */
export function powerOfTen(exponent: number): string {
  const raised = String(exponent).replace('-', '⁻');
  return `10${raised.replace(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)])}`;
}

const OBJECTIVE = new Intl.NumberFormat('en', { maximumSignificantDigits: 7 });

/** An objective to seven significant digits, what sums of float32 numbers are good for. */
export function formatObjective(value: number): string {
  return OBJECTIVE.format(value);
}

export function formatSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
}

/** A share of 1 in percent: 58.9 %. */
export function formatShare(share: number): string {
  return `${(100 * share).toFixed(1)}\u00a0%`;
}

/**
 * A mean to seven digits, or to as many more as it lies further from 0 than values spread about it
 * (`deviation`): 54.47979, but 1,700,003,584.25 where they spread by hours.
 */
export function formatMean(mean: number, deviation: number): string {
  const further = Math.floor(Math.log10(Math.abs(mean) / deviation));
  const digits = Number.isFinite(further) ? 7 + Math.max(0, further) : 17;
  return mean.toLocaleString('en', { maximumSignificantDigits: Math.min(17, digits) });
}

/** A mean with its standard deviation, to that one's second digit: 54.5 ± 5.9. */
export function formatSpread(mean: number, deviation: number): string {
  if (!(deviation > 0)) return `${formatMean(mean, 0)}\u00a0±\u00a00`;
  const decimals = Math.min(20, Math.max(0, 1 - Math.floor(Math.log10(deviation))));
  // Never "-0.0".
  const shown = Math.abs(mean) < 10 ** -decimals / 2 ? 0 : mean;
  return `${shown.toFixed(decimals)}\u00a0±\u00a0${deviation.toFixed(decimals)}`;
}
