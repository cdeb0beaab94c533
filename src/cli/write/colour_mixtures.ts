/** Colours of points that several groups share: the groups' colours, mixed. */
import { COLOURS } from './report_style.js';

/** Shares are told apart in steps of 1 / STEPS. */
const STEPS = 8;

export interface ColourMixture {
  /** The class that has the colour. */
  readonly name: string;
  /** The style rule that gives it; absent for a group's own colour. */
  readonly rule?: string;
}

/** The class of the colour that has `shares` (summing to 1) of the groups' colours. */
export function mixColours(shares: readonly number[]): ColourMixture {
  const parts = shares
    .map((share, group) => ({ group: group % COLOURS.length, part: Math.round(STEPS * share) }))
    .filter(({ part }) => part > 0);
  // So many groups share the point that each has less than half a step: the largest stands for all.
  if (parts.length === 0) {
    return { name: `c${shares.indexOf(Math.max(...shares)) % COLOURS.length}` };
  }
  if (parts.length === 1) return { name: `c${parts[0].group}` };
  const name = `m${parts.map(({ group, part }) => `${group}-${part}`).join('_')}`;
  let total = 0;
  const colour = parts.reduce((mixed, { group, part }) => {
    total += part;
    const own = `var(--c${group})`;
    return mixed ? `color-mix(in oklab,${mixed},${own} ${round((100 * part) / total)}%)` : own;
  }, '');
  return { name, rule: `.${name} { fill: ${colour}; }` };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
