/** Charts on a page; drawn as the command line's report draws them. */
import { lineChart } from '../../src/cli/write/charts.js';

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
  place.innerHTML = lineChart(values, xName, '').text;
  place.querySelector('title')!.textContent = title;
}
