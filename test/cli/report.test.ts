import { describe, expect, test } from 'vitest';
import { type KMeansReport, renderKMeansReport } from '../../src/methods/kmeans/cli/report.js';

const clusters = (k: number) => ({
  kind: 'cluster',
  groups: Array.from({ length: k }, (_, c) => String(c)),
});

const report: KMeansReport = {
  title: 'K-means of points.csv',
  adapter: 'cpu',
  time: 1234,
  n: 60_000,
  d: 2,
  options: { seed: 42 },
  notes: [],
  k: 3,
  iterations: 2,
  converged: false,
  inertia: 2.5e9,
  purity: 0.5894,
  history: [4e9, 2.5e9],
  counts: [30_000, 29_999, 1],
  scatter: {
    xName: 'x',
    yName: 'y',
    x: [1, 2, 3],
    y: [0, 5, 5],
    labels: [0, 1, 1],
    ...clusters(3),
  },
};

const count = (text: string, part: RegExp): number => [...text.matchAll(part)].length;

describe('the report', () => {
  const html = renderKMeansReport(report);

  test('tells what ran, on what, and how it went', () => {
    for (const fact of [
      '60,000',
      '2.500000\u00a0×\u00a010⁹',
      '58.9\u00a0%',
      'cpu, in 1.234\u00a0s',
      'seed: 42',
      '2, not converged',
    ]) {
      expect(html).toContain(fact);
    }
  });

  test('draws the objective, the sizes and the scatter, each with a title and a table', () => {
    expect(count(html, /<svg class="chart"[^>]* role="img"><title>/g)).toBe(3);
    expect(count(html, /<table>/g)).toBe(3);
    expect(count(html, /<circle /g)).toBe(2);
    expect(count(html, /<rect /g)).toBe(3);
    expect(count(html, /<use href="#p0" x=/g)).toBe(3);
    expect(html).toContain('objective (× 10⁹)');
    expect(html).toContain('A sample of 3 rows.');
    expect(html).toContain('<td>29,999</td>');
  });

  test('loads nothing, runs nothing, and forbids both', () => {
    expect(html).toMatch(
      /Content-Security-Policy" content="default-src &#39;none&#39;; img-src data:; style-src &#39;sha256-/,
    );
    expect(html).not.toMatch(/<script|<link|<iframe|https?:|url\(|style="|\son\w+=/i);
  });

  test('shows every string as text', () => {
    const evil = '"><script>alert(1)</script>\'&';
    const page = renderKMeansReport({
      ...report,
      title: evil,
      adapter: evil,
      options: { [evil]: evil },
      scatter: {
        ...report.scatter!,
        xName: evil,
        yName: evil,
        kind: evil,
        groups: [evil, evil, evil],
      },
      notes: [evil],
      perClass: [{ name: evil, n: 1, iterations: 1, inertia: 0 }],
    });
    expect(page).not.toContain('<script');
    expect(page).not.toContain(evil);
    expect(
      count(page, /&quot;&gt;&lt;script&gt;alert\(1\)&lt;\/script&gt;&#39;&amp;/g),
    ).toBeGreaterThan(8);
  });

  test('shows centroids that are images, each with its cluster and rows', () => {
    const shape = { width: 2, height: 2, channels: 1, layout: 'planar' } as const;
    const images = { rows: { data: new Float32Array(12), shape: [3, 4] as const }, shape };
    const page = renderKMeansReport({
      ...report,
      images,
      perClass: [{ name: '7', n: 10, iterations: 3, inertia: 1, images }],
    });
    expect(count(page, /<img src="data:image\/png;base64,[A-Za-z0-9+/=]+"/g)).toBe(6);
    expect(count(page, /alt="centroid of cluster \d"/g)).toBe(6);
    expect(page).toContain('2: 1 row<');
  });

  test.each<[string, Partial<KMeansReport>]>([
    ['no iteration', { history: [] }],
    ['one iteration', { history: [5] }],
    ['an objective of zero', { history: [0, 0] }],
    ['a tiny objective', { history: [3e-12, 1e-12] }],
    ['a thousand iterations', { history: Array.from({ length: 1000 }, (_, i) => 1 / (i + 1)) }],
    [
      'points that are all one',
      { scatter: { xName: 'x', yName: 'y', x: [1, 1], y: [0, 0], labels: [0, 2], ...clusters(3) } },
    ],
    ['empty clusters', { counts: [0, 0, 60_000] }],
    [
      'a thousand clusters',
      {
        k: 1000,
        counts: Array.from({ length: 1000 }, () => 5),
        scatter: { ...report.scatter!, labels: [0, 500, 999], ...clusters(1000) },
      },
    ],
  ])('of %s has only finite places and shares', (_, part) => {
    const page = renderKMeansReport({ ...report, ...part });
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });
});
