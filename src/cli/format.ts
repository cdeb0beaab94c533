/** Numbers as the terminal shows them. */

const OBJECTIVE = new Intl.NumberFormat('en', { maximumSignificantDigits: 9 });

/** An objective to nine significant digits, about what float32 sums are good for. */
export function formatObjective(value: number): string {
  return OBJECTIVE.format(value);
}

export function formatSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
}
