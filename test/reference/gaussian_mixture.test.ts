import { describe, expect, test } from 'vitest';
import type { Scorer } from '../../src/ops/mixtures/scorer.js';
import { SingularCovarianceError } from '../../src/ops/mixtures/singular_covariance_error.js';
import { logDensity } from '../../src/ops/mixtures/log_density.twin.js';
import { maximize } from '../../src/ops/mixtures/maximize.js';
import { mixtureScorer, type MixtureRules } from '../../src/ops/mixtures/parameters.js';
import { largestScore, softmax } from '../../src/ops/mixtures/softmax.twin.js';

const RULES: MixtureRules = { covarianceType: 'full', regCovar: 0, fixedVariance: 2 };

describe('softmax', () => {
  test('responsibilities, log-sums and entropies, by hand', () => {
    // Scores of two rows for two components: 0 and log 3; 1000 and 1000.
    const scores = [0, 1000, Math.log(3), 1000];
    const { responsibilities, logSums, entropies } = softmax(scores, 2, 2);
    [0.25, 0.5, 0.75, 0.5].forEach((value, at) => {
      expect(responsibilities[at]).toBeCloseTo(value, 12);
    });
    expect(logSums[0]).toBeCloseTo(Math.log(4), 12);
    expect(logSums[1]).toBeCloseTo(1000 + Math.LN2, 9);
    expect(entropies[0]).toBeCloseTo(-0.25 * Math.log(0.25) - 0.75 * Math.log(0.75), 12);
    expect(entropies[1]).toBeCloseTo(Math.LN2, 12);
    expect([...largestScore(scores, 2, 2)]).toEqual([1, 0]);
  });
});

test('logDensity of each form agrees where they mean the same', () => {
  const x = [1, 2, -1, 0.5];
  const means = Float64Array.of(0, 1, 2, -1);
  const common = { k: 2, offsets: Float64Array.of(0.5, -1), means };
  const full: Scorer = {
    ...common,
    form: 'full',
    factors: Float64Array.of(2, 0, 0, 3, 2, 0, 0, 3),
  };
  const tied: Scorer = { ...common, form: 'tied', factors: Float64Array.of(2, 0, 0, 3) };
  const diag: Scorer = { ...common, form: 'diag', factors: Float64Array.of(2, 3, 2, 3) };
  const scores = logDensity(x, 0, 2, 2, full);
  // Row (1, 2), component 0: 0.5 - ((2 * 1)^2 + (3 * 1)^2) / 2.
  expect(scores[0]).toBeCloseTo(-6, 12);
  expect([...logDensity(x, 0, 2, 2, tied)]).toEqual([...scores]);
  expect([...logDensity(x, 0, 2, 2, diag)]).toEqual([...scores]);
});

describe('maximize', () => {
  // One component owns (0, 0), (2, 0), (0, 4), (2, 4): mean (1, 2), variances 1 and 4.
  const about = (c: readonly [number, number]) => {
    const rows = [
      [0, 0],
      [2, 0],
      [0, 4],
      [2, 4],
    ].map(([a, b]) => [a - c[0], b - c[1]]);
    const sum = (f: (row: number[]) => number) => rows.reduce((total, row) => total + f(row), 0);
    return {
      frame: { centres: Float64Array.from(c) },
      noise: 0,
      weights: Float64Array.of(4),
      sums: Float64Array.of(
        sum(([a]) => a),
        sum(([, b]) => b),
      ),
      products: Float64Array.of(
        sum(([a]) => a * a),
        sum(([a, b]) => a * b),
        sum(([a, b]) => a * b),
        sum(([, b]) => b * b),
      ),
    };
  };

  test.each([
    [1, 2],
    [0, 0],
    [-3, 5],
  ] as const)('does not depend on the centres: (%d, %d)', (a, b) => {
    const { means, covariances, weights } = maximize(about([a, b]), 2, RULES).parameters;
    expect(weights[0]).toBe(1);
    [1, 2].forEach((mean, j) => {
      expect(means[j]).toBeCloseTo(mean, 12);
    });
    [1, 0, 0, 4].forEach((value, at) => {
      expect(covariances[at]).toBeCloseTo(value, 12);
    });
  });

  test('the scorer is the log of weight times density', () => {
    const { parameters } = maximize(about([1, 2]), 2, RULES);
    const scorer = mixtureScorer(parameters, 'full');
    // At (2, 4): -log 2 pi - log(1 * 2) - (1 + 1) / 2.
    const [score] = logDensity([2, 4], 0, 1, 2, scorer);
    expect(score).toBeCloseTo(-Math.log(2 * Math.PI) - Math.log(2) - 1, 12);
  });

  test('a singular component is named', () => {
    const statistics = {
      frame: { centres: new Float64Array(2) },
      noise: 0,
      weights: Float64Array.of(1, 1),
      sums: new Float64Array(2),
      products: Float64Array.of(1, 0),
    };
    expect(() => maximize(statistics, 1, RULES)).toThrow(SingularCovarianceError);
    expect(() => maximize(statistics, 1, RULES)).toThrow(/component 1 .*regCovar 0/);
    const { covariances } = maximize(statistics, 1, { ...RULES, regCovar: 1e-3 }).parameters;
    expect(covariances[1]).toBeCloseTo(1e-3, 12);
  });
});
