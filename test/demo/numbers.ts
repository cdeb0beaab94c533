/** Numbers as the site shows them, back to numbers. */

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** The number that a text begins with: '60,000', '1.23 × 10⁻⁴', '12.5 %'. */
export function parseShown(text: string): number {
  const [, digits, exponent = ''] = /^([-\d.,]+)(?:\s×\s10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?/.exec(text) ?? [];
  const power = exponent.replace('⁻', '-').replace(/[^-]/g, (digit) => `${RAISED.indexOf(digit)}`);
  return Number(`${digits.replaceAll(',', '')}e${power || '0'}`);
}
