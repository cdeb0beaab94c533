/** Charts on a page; drawn as the command line's report draws them. */
import { linesChart } from '../../src/cli/write/charts.js';

/** Values at 1, 2, … */
export interface Curve {
  readonly name: string;
  readonly values: ArrayLike<number>;
}

/**
 * A curve over 1, 2, … in `place`. The heading above it should name the vertical axis,
 * which leaves room for its numbers on a phone.
 *
 * @param title what the curve shows, for those who cannot see it
 * @param xName what is counted along it
 */
export function drawCurve(
  place: HTMLElement,
  values: ArrayLike<number>,
  title: string,
  xName = 'iteration',
): void {
  drawCurves(place, [{ name: '', values }], title, xName);
}

/** Two curves, the second in a colour of its own, or one; see `drawCurve`. */
export function drawCurves(
  place: HTMLElement,
  curves: readonly Curve[],
  title: string,
  xName: string,
): void {
  const lines = curves.map(({ name, values }) => ({
    name,
    points: Array.from(values, (value, i) => [i + 1, value] as const),
  }));
  place.innerHTML = linesChart(lines, xName, '').text;
  place.querySelector('title')!.textContent = title;
}
