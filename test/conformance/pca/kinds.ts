/** Kinds of rows that are hard in float32, against scikit-learn in float64 (test/golden/). */
import type { PcaModel, PcaOptions } from '../../../src/index.js';
import { loadPcaKinds, type PcaKind } from '../../golden/index.js';
import { type Case, type ConformanceContext, firstEverywhere, type Suite } from '../case.js';
import { expectClose, expectEqual, expectThat } from '../expect.js';
import { component, dot, expectProper, on } from './support.js';

/** The kinds of the file, by name: a suite must name its cases before any file is read. */
const KINDS = [
  'one-hot columns',
  'a low-rank matrix',
  'word vectors',
  'counts',
  'smooth patches',
  'time stamps',
  'close pairs',
  'five dimensions of 20',
  'few wide rows',
] as const;
type Kind = (typeof KINDS)[number];

async function read({ readFile }: ConformanceContext, name: Kind) {
  const { kinds } = await loadPcaKinds((file) => readFile(`golden/${file}`));
  const golden = kinds.find((one) => one.name === name);
  expectThat(golden !== undefined, `pca_kinds.json has no kind '${name}'.`);
  const { data, shape } = golden.points;
  return { golden, points: { data, shape: [shape[0], shape[1]] as const } };
}

/** The golden component t up to sign. */
function expectComponents(model: PcaModel, { components, count }: PcaKind, degrees: number): void {
  const [, d] = components.shape;
  for (let t = 0; t < count; t++) {
    const cosine = Math.abs(dot(component(model, t), components.data.subarray(t * d, (t + 1) * d)));
    expectThat(
      cosine >= Math.cos((degrees * Math.PI) / 180),
      `component ${t} is ${(Math.acos(cosine) * 180) / Math.PI} degrees off; ${degrees} are allowed.`,
    );
  }
}

/** The variance that the model's components keep, by the rows themselves in float64. */
function kept(model: PcaModel, { points: { data, shape } }: PcaKind): number {
  const [n, d] = shape;
  const mean = new Float64Array(d);
  data.forEach((value, at) => {
    mean[at % d] += value / n;
  });
  const axes = Array.from({ length: model.nComponents }, (_, t) => component(model, t));
  let total = 0;
  for (let i = 0; i < n; i++) {
    const row = Float64Array.from(data.subarray(i * d, (i + 1) * d), (value, j) => value - mean[j]);
    for (const axis of axes) total += dot(row, axis) ** 2;
  }
  return total / (n - 1);
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

/** Every variance keeps its digits, relative to itself: also the last ones. */
const variances = (name: Kind): Case => ({
  name: `every variance of ${name}`,
  run: async (context) => {
    const { golden, points } = await read(context, name);
    const model = await context.library.pca(points, on(context));
    expectProper(model);
    const expected = golden.explainedVariance.data;
    const share = expected.map((value) => value / expected[0]);
    const above = (least: number) => share.filter((value) => value > least).length;
    const [sure, seen] = [above(1e-10), above(1e-12)];
    expectClose(model.explainedVariance.slice(0, sure), expected.slice(0, sure), {
      relative: 1e-4,
      because: 'sums along a direction err relative to what lies along it, as places along it do',
      what: 'variances above 1e-10 of the first',
    });
    expectClose(model.explainedVariance.slice(sure, seen), expected.slice(sure, seen), {
      relative: 1e-2,
      because: 'float32 holds rows to 6e-8, the square of which is a 1e-15th',
      what: 'variances down to 1e-12 of the first',
    });
    const some = await context.library.pca(points, {
      nComponents: golden.count,
      ...on(context),
    });
    expectComponents(some, golden, 0.1);
    expectClose(some.noiseVariance, golden.noiseVariance, {
      relative: 1e-4,
      absolute: 1e-14 * expected[0],
      because: 'it is measured where it is small beside the total',
      what: 'noise variance',
    });
  },
});

/** Those whose variances fall slowly lose by each product that is left out. */
const randomized = (name: Kind): Case => ({
  name: `the randomized solver misses no more than scikit-learn's: ${name}`,
  run: async (context) => {
    const { golden, points } = await read(context, name);
    const best = sum(golden.explainedVariance.data.slice(0, golden.count));
    let lost = 0;
    for (let seed = 0; seed < 5; seed++) {
      const options = { nComponents: golden.count, solver: 'randomized', seed } as const;
      const model = await context.library.pca(points, { ...options, ...on(context) });
      lost += Math.max(0, 1 - kept(model, golden) / best) / 5;
    }
    const most = 1.3 * golden.randomizedLoss;
    expectThat(lost <= most, `${lost} of the variance is lost; scikit-learn loses ${most / 1.3}.`);
  },
});

/** What `work` says on the console. */
async function warnings(work: () => Promise<unknown>): Promise<readonly string[]> {
  const { warn } = console;
  const said: string[] = [];
  console.warn = (...parts: unknown[]) => {
    said.push(parts.join(' '));
  };
  try {
    await work();
  } finally {
    console.warn = warn;
  }
  return said;
}

/** Cosines, orthogonal to each other, turned into a common basis: their variances are known. */
function falling(n: number, d: number) {
  const sizes = Array.from({ length: d }, (_, t) => (t === 0 ? 1 : 1e-3 * 0.8 ** t));
  const normal = Array.from({ length: d }, (_, j) => j + 1);
  const square = normal.reduce((sum, value) => sum + value * value, 0);
  const data = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    const row = sizes.map((size, t) => size * Math.cos((Math.PI * (t + 1) * (i + 0.5)) / n));
    // A Householder reflection.
    const along = (2 * row.reduce((sum, value, j) => sum + value * normal[j], 0)) / square;
    for (let j = 0; j < d; j++) data[i * d + j] = row[j] - along * normal[j];
  }
  const variances = sizes.map((size) => (size * size * n) / 2 / (n - 1));
  return { points: { data, shape: [n, d] as const }, variances };
}

export const pcaKinds: Suite = {
  name: 'pca of hard kinds',
  cases: [
    ...firstEverywhere(KINDS.map(variances)),
    ...(['one-hot columns', 'a low-rank matrix', 'word vectors', 'counts'] as const).map(
      randomized,
    ),
    {
      name: 'by deflation: neighbours a thousandth apart, from any start, without a warning',
      run: async (context) => {
        const { golden, points } = await read(context, 'close pairs');
        for (let seed = 0; seed < 6; seed++) {
          const options: PcaOptions = { nComponents: golden.count, solver: 'deflation', seed };
          const said = await warnings(async () => {
            const model = await context.library.pca(points, { ...options, ...on(context) });
            expectComponents(model, golden, 0.5);
          });
          expectEqual(said, [], 'warnings');
        }
      },
    },
    {
      name: 'by deflation: variances of a millionth of the first are found, or a warning says that they are not',
      run: async (context) => {
        const { points, variances } = falling(64, 8);
        for (let seed = 0; seed < 6; seed++) {
          const options: PcaOptions = { nComponents: 5, solver: 'deflation', seed };
          let found = new Float64Array();
          const said = await warnings(async () => {
            const model = await context.library.pca(points, { ...options, ...on(context) });
            found = Float64Array.from(model.explainedVariance);
          });
          const worst = Math.max(...found.map((value, t) => Math.abs(value / variances[t] - 1)));
          expectThat(
            worst < 1e-3 || (worst < 0.8 && said.some((text) => /float32 rounding/.test(text))),
            `seed ${seed}: off by ${worst}, warnings: ${said.join()}`,
          );
        }
      },
    },
    {
      name: 'by deflation and randomized: past the rank no direction comes twice',
      run: async (context) => {
        const { golden, points } = await read(context, 'five dimensions of 20');
        for (const solver of ['deflation', 'randomized'] as const) {
          const options = { nComponents: 9, solver } as const;
          const model = await context.library.pca(points, { ...options, ...on(context) });
          expectProper(model);
          expectComponents(model, golden, 0.1);
          const beyond = Math.max(...model.explainedVariance.slice(5));
          expectThat(
            beyond <= 1e-12 * model.explainedVariance[0],
            `${solver}: there is ${beyond} of variance past the rank.`,
          );
        }
      },
    },
    {
      name: 'the noise variance of batches is measured, not a difference of sums',
      run: async (context) => {
        const { golden, points } = await read(context, 'time stamps');
        const options = { nComponents: 1, solver: 'incremental', ...on(context) } as const;
        for (const batchSize of [300, 90]) {
          const model = await context.library.pca(points, { ...options, batchSize });
          expectClose(model.noiseVariance, golden.noiseVariance, {
            relative: 1e-3,
            because: 'a batch turns the direction by less than 1e-5',
            what: `noise variance, batches of ${batchSize}`,
          });
        }
      },
    },
    {
      name: 'few wide rows by a share of the variance',
      run: async (context) => {
        const { golden, points } = await read(context, 'few wide rows');
        const model = await context.library.pca(points, { nComponents: 0.9, ...on(context) });
        const expected = golden.explainedVariance.data;
        const wanted = 0.9 * sum(expected);
        const count = expected.findIndex((_, t) => sum(expected.slice(0, t + 1)) > wanted) + 1;
        expectEqual(model.nComponents, count, 'components');
        expectThat(model.solver === 'covariance', model.solver);
      },
    },
    {
      name: 'rows whose squares leave float32 give what they give times a power of two',
      run: async (context) => {
        const { pca } = context.library;
        const { points } = await read(context, 'counts');
        const [n, d] = points.shape;
        for (const solver of ['covariance', 'randomized', 'deflation', 'incremental'] as const) {
          const options = { nComponents: 3, solver, batchSize: n / 2, ...on(context) };
          const model = await pca(points, options);
          const scores = await model.transform(points, on(context));
          const score = await model.score(points, on(context));
          for (const power of [60, 118, -80, -110]) {
            const times = (values: Float32Array | Float64Array, by: number) =>
              Array.from(values, (value) => value * 2 ** by);
            const data = points.data.map((value) => value * 2 ** power);
            const far = { data, shape: points.shape };
            const scaled = await pca(far, options);
            const what = `${solver}, times 2^${power}`;
            const because = 'powers of two round nothing';
            expectClose(times(scaled.explainedVariance, -2 * power), model.explainedVariance, {
              relative: 1e-6,
              because,
              what: `${what}: variances`,
            });
            expectClose(scaled.noiseVariance * 2 ** (-2 * power), model.noiseVariance, {
              relative: 1e-5,
              because,
              what: `${what}: noise variance`,
            });
            const { data: images } = await scaled.transform(far, on(context));
            expectClose(times(images, -power), scores.data, {
              absolute: 1e-4,
              because,
              what: `${what}: scores`,
            });
            expectClose(await scaled.score(far, on(context)), score - d * power * Math.LN2, {
              absolute: 1e-3,
              because,
              what: `${what}: log-likelihood`,
            });
          }
        }
      },
    },
  ],
};
