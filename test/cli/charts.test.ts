import { describe, expect, test } from 'vitest';
import { lineChart } from '../../src/cli/write/charts.js';

/** Heights of the dots, from the top; the plot is 260 units high. */
const heights = (svg: string) => [...svg.matchAll(/ cy="([\d.]+)"/g)].map(([, y]) => Number(y));

/** Names of the vertical axis's ticks, and where they end. */
const ticks = (svg: string) =>
  [...svg.matchAll(/<text class="end" x="([\d.]+)"[^>]*>([^<]*)</g)].map(([, x, name]) => ({
    end: Number(x),
    name,
  }));

describe('a line chart', () => {
  test('draws what float32 rounds away as flat', () => {
    const noise = [0, 3, 1, 2].map((step) => -3.93320796 + step * 1e-8);
    const drawn = heights(lineChart(noise, 'iteration', 'bound').text);
    expect(drawn).toHaveLength(4);
    expect(Math.max(...drawn) - Math.min(...drawn)).toBeLessThan(13);
  });

  test('draws a rise of a thousandth in full', () => {
    const drawn = heights(lineChart([-4.004, -4.001, -4], 'iteration', 'bound').text);
    expect(Math.max(...drawn) - Math.min(...drawn)).toBeGreaterThan(200);
  });

  test.each([
    ['bound', 20, 7.5],
    ['', 0, 10],
  ])('keeps long names of ticks off the name %j', (name, taken, width) => {
    for (const values of [
      [-3.93320796, -3.93320788],
      [-123456.71, -123456.62],
      [4, 3, 2],
    ]) {
      const names = ticks(lineChart(values, 'iteration', name).text);
      expect(names.length).toBeGreaterThan(1);
      expect(new Set(names.map((tick) => tick.name)).size).toBe(names.length);
      for (const tick of names) {
        expect(tick.end - width * tick.name.length).toBeGreaterThanOrEqual(taken);
      }
    }
  });

  test('names the power of thousand of negative values too', () => {
    expect(lineChart([-2.5e9, -1.2e9], 'iteration', 'bound').text).toContain('bound (× 10⁹)');
  });
});
