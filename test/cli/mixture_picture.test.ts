import { describe, expect, test } from 'vitest';
import { mixColours } from '../../src/cli/write/colour_mixtures.js';
import { drawMixture } from '../../src/methods/gaussian_mixture/cli/mixture_picture.js';
import { scatterPlot } from '../../src/cli/write/scatter.js';

describe('the picture of a mixture', () => {
  const round = { xx: 1, xy: 0, yy: 1 };
  const components = [
    { x: 0, y: 0, ...round },
    { x: 10, y: 10, ...round },
  ];
  const draw = (x: number[], y: number[], shares: number[]) =>
    drawMixture({ x, y, shares, components, weights: [0.5, 0.5] });
  const image = draw([-2, 12, 5], [-2, 12, 5], [1, 0, 0, 1, 0.5, 0.5]);
  /** The colour where rows from -2 to 12 have `value` in both columns; y grows upwards. */
  const at = (xValue: number, yValue = xValue, { data, width, height } = image) => {
    const place = (value: number, size: number) =>
      Math.floor(((value + 2) / 14 + 0.12) * (size / 1.24));
    const [x, y] = [place(xValue, width), height - 1 - place(yValue, height)];
    return [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)];
  };

  test('has each row in the mixture of its components colours', () => {
    const [blue, orange] = [
      [0, 114, 178],
      [213, 94, 0],
    ];
    const near = (actual: number[], expected: number[]) => {
      expected.forEach((value, i) => {
        expect(Math.abs(actual[i] - value)).toBeLessThanOrEqual(2);
      });
    };
    near(at(-2), blue);
    near(at(12), orange);
    near(
      at(5),
      blue.map((value, i) => (value + orange[i]) / 2),
    );
  });

  test('has the density in the colours of its components, fading to white', () => {
    const [red, , blue] = at(0);
    expect(blue).toBeGreaterThan(red + 50);
    expect(at(10)[0]).toBeGreaterThan(at(10)[2] + 50);
    expect(at(0)[0]).toBeLessThan(at(0.5)[0]);
    expect(at(12, -2)).toEqual([255, 255, 255]);
  });

  test('outlines components at one and two standard deviations', () => {
    // The density alone falls away from the mean; on an outline the colour is the component's.
    for (const deviations of [1, 2]) expect(at(deviations, 0)[0]).toBeLessThan(60);
    expect(at(1.5, 0)[0]).toBeGreaterThan(120);
  });

  test('of a component without any extent is still a picture', () => {
    const flat = drawMixture({
      x: [0, 1],
      y: [0, 0],
      shares: [1, 1],
      components: [{ x: 0, y: 0, xx: 0, xy: 0, yy: 0 }],
      weights: [1],
    });
    const white = flat.data.filter((value) => value === 255).length;
    expect(white).toBeGreaterThan(0.99 * flat.data.length);
  });
});

describe('mixed colours', () => {
  test('are a class for the shares, and a rule where several groups share', () => {
    expect(mixColours([0, 1])).toEqual({ name: 'c1' });
    expect(mixColours([0.03, 0.97])).toEqual({ name: 'c1' });
    expect(mixColours([0.5, 0.5])).toEqual({
      name: 'm0-4_1-4',
      rule: '.m0-4_1-4 { fill: color-mix(in oklab,var(--c0),var(--c1) 50%); }',
    });
    expect(mixColours([0.25, 0.25, 0.5]).rule).toContain(
      'color-mix(in oklab,color-mix(in oklab,var(--c0),var(--c1) 50%),var(--c2) 50%)',
    );
  });

  test('of very many groups are that of the largest; colours repeat after eight', () => {
    const many = Array.from({ length: 40 }, (_, c) => (c === 17 ? 0.0355 : 0.0247));
    expect(mixColours(many)).toEqual({ name: 'c1' });
    expect(mixColours(many.map((_, c) => (c === 9 ? 1 : 0)))).toEqual({ name: 'c1' });
  });
});

test('ellipses widen a scatter plot, but a huge one does not dwarf the points', () => {
  const plot = (deviation: number) =>
    scatterPlot({
      ...{ xName: 'x', yName: 'y', x: [0, 10], y: [0, 10], labels: [0, 0] },
      ...{ kind: 'component', groups: ['0'] },
      ellipses: [{ x: 5, y: 5, xx: deviation ** 2, xy: 0, yy: deviation ** 2 }],
    }).drawing.text;
  const places = (deviation: number) =>
    [...plot(deviation).matchAll(/<use href="#p0" x="([\d.]+)"/g)].map(([, x]) => Number(x));
  const apart = (deviation: number) => places(deviation)[1] - places(deviation)[0];
  expect(apart(1)).toBeGreaterThan(apart(2.8));
  expect(apart(2.8)).toBeGreaterThan(apart(100));
  expect(apart(100)).toBeGreaterThan(0.7 * apart(1));
});
