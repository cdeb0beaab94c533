/** What mixtures ask of rows: the E-step, the sums for the M-step, densities and responsibilities. */
import type { Recording } from '../../../host/recording.js';
import { newFloats } from '../../rows/matrix.js';
import type { DeviceRows, Op } from '../op.js';
import { readRowValues } from '../row_values.js';
import { totalOfRows } from '../sums/row_total.js';
import { type Batch, BOUND_RUN } from './batches.js';
import { columnsOf } from './columns.js';
import { packFrame, packScorer, unpackStatistics, uploaded } from './layout.js';
import { type MixturePass, passFor } from './pass.js';
import { placed, type PlacedOp } from './places.js';
import type {
  Expectation,
  FactorForm,
  Frame,
  Responsibilities,
  RowDensities,
  RowResponsibilities,
  Scorer,
  Statistics,
} from './scorer.js';
import type { ScorerBuffers, Scoring } from './scoring.js';

/** The E-step, and the sums in `frame` that the M-step needs. */
export const expectation: Op<
  [scorer: Scorer, frame: Frame, signal: AbortSignal | undefined],
  Expectation
> = placed({
  asked: (_, { k, form, factors }, frame) => ({ k, form, factors: [factors, frame.factors] }),
  into: (framed, scorer, frame, signal) => [framed.scorer(scorer), framed.within(frame), signal],
  outOf: (framed, sums, { form }) => framed.outOf(sums, form),
  device: async (rows, scorer, frame, signal) => {
    const pass = await passFor(rows, scorer.k, scorer.form);
    const scoring = await pass.expectation();
    return withScorer(rows, scorer, (buffers) =>
      withFrame(rows, pass, frame, async (recordSums, statistics) => {
        for await (const batch of pass.batches.visit()) {
          signal?.throwIfAborted();
          rows.workspace.run('expectation', (recording) => {
            scoring.record(recording, batch, buffers);
            recordSums(recording, batch);
          });
        }
        return {
          ...(await statistics()),
          logLikelihood: await totalOfRows(rows, scoring.logSums, BOUND_RUN),
          entropy: await totalOfRows(rows, scoring.entropies, BOUND_RUN),
        };
      }),
    );
  },
  twin: async () => (await import('./expectation.twin.js')).expectation,
});

/** The sums in `frame` of responsibilities that are given. */
export const givenSums: Op<
  [given: Responsibilities, frame: Frame, form: FactorForm, signal: AbortSignal | undefined],
  Statistics
> = placed({
  asked: (d, _, { centres, factors }, form) => ({
    ...{ k: centres.length / d, form },
    factors: [factors],
  }),
  into: (framed, given, frame, form, signal) => [given, framed.within(frame), form, signal],
  outOf: (framed, sums, _, __, form) => framed.outOf(sums, form),
  device: async (rows, responsibilities, frame, form, signal) => {
    const { workspace, weights, points } = rows;
    const { host } = weights;
    const pass = await passFor(rows, frame.centres.length / points.shape[1], form);
    return withFrame(rows, pass, frame, async (recordSums, statistics) => {
      for await (const batch of pass.batches.visit()) {
        signal?.throwIfAborted();
        const start = batch.chunk.start + batch.first;
        const given = responsibilities(start, batch.rows);
        const weighted = host
          ? given.map((value, at) => value * host[start + (at % batch.rows)])
          : given;
        workspace.upload(pass.batches.scores, weighted);
        workspace.run('accumulate', (recording) => {
          recordSums(recording, batch);
        });
        await workspace.settle();
      }
      return statistics();
    });
  },
  twin: async () => (await import('./expectation.twin.js')).givenSums,
});

type OfRows = [scorer: Scorer, signal: AbortSignal | undefined];

/** What ops of each row have in common. */
export const ofRows: Pick<PlacedOp<OfRows, unknown>, 'asked' | 'into'> = {
  asked: (_, { k, form, factors }) => ({ k, form, factors: [factors] }),
  into: (framed, scorer, signal) => [framed.scorer(scorer), signal],
};

/** The log-density of each row, and the component of its largest score. */
export const densities: Op<OfRows, RowDensities> = placed({
  ...ofRows,
  device: async (rows, scorer, signal) => {
    const made = await label(rows, scorer, signal);
    const labels = new Uint32Array(await readRowValues(rows, made.labels));
    return {
      logDensities: new Float32Array(await readRowValues(rows, made.logSums)),
      labels,
    };
  },
  twin: async () => (await import('./expectation.twin.js')).densities,
});

/** Responsibilities, n x k, and the log-density of each row. */
export const responsibilities: Op<OfRows, RowResponsibilities> = placed({
  ...ofRows,
  device: async (rows, scorer, signal) => {
    const { k } = scorer;
    const data = newFloats(rows.points.shape[0] * k);
    const { logSums } = await label(rows, scorer, signal, async (batch, scores) => {
      const bytes = await rows.workspace.read(scores, 0, 4 * k * batch.rows);
      const byCluster = new Float32Array(bytes);
      const start = batch.chunk.start + batch.first;
      for (let row = 0; row < batch.rows; row++) {
        for (let c = 0; c < k; c++) data[(start + row) * k + c] = byCluster[c * batch.rows + row];
      }
    });
    return { data, logDensities: new Float32Array(await readRowValues(rows, logSums)) };
  },
  twin: async () => (await import('./expectation.twin.js')).responsibilities,
});

/** Log-densities and labels of all rows; `take` is given each batch's responsibilities, [k][rows]. */
export async function label(
  rows: DeviceRows,
  scorer: Scorer,
  signal: AbortSignal | undefined,
  take?: (batch: Batch, responsibilities: GPUBuffer) => Promise<void>,
): Promise<Scoring> {
  const pass = await passFor(rows, scorer.k, scorer.form);
  const scoring = await pass.labelling();
  await withScorer(rows, scorer, async (buffers) => {
    for await (const batch of pass.batches.visit()) {
      signal?.throwIfAborted();
      rows.workspace.run('labels', (recording) => {
        scoring.record(recording, batch, buffers);
      });
      await take?.(batch, pass.batches.scores);
    }
  });
  return scoring;
}

async function withScorer<T>(
  { workspace, points }: DeviceRows,
  scorer: Scorer,
  work: (buffers: ScorerBuffers) => Promise<T>,
): Promise<T> {
  const buffers = await uploaded(workspace, packScorer(scorer, columnsOf(points).columnScale));
  try {
    return await work(buffers);
  } finally {
    workspace.release(...Object.values(buffers));
  }
}

/** Does `work` with a way to record a batch's sums in a frame, and to read them all. */
async function withFrame<T>(
  { workspace, points }: DeviceRows,
  pass: MixturePass,
  frame: Frame,
  work: (
    recordSums: (recording: Recording, batch: Batch) => void,
    statistics: () => Promise<Statistics>,
  ) => Promise<T>,
): Promise<T> {
  const { k, form, entries } = pass.batches;
  const scale = columnsOf(points).columnScale;
  const { held, means, factors = new Float32Array(4) } = packFrame(frame, scale);
  const buffers = await uploaded(workspace, { means, factors });
  const sums = await pass.sums();
  const whitened = frame.factors && (await pass.whitenedSums());
  try {
    return await work(
      (recording, batch) => {
        if (whitened) whitened.record(recording, batch, buffers);
        else sums.record(recording, batch, buffers.means);
      },
      async () => {
        const totals = await workspace.read(sums.totals, 0, 16 * k * entries);
        return unpackStatistics(new Float32Array(totals), form, held, scale);
      },
    );
  } finally {
    workspace.release(...Object.values(buffers));
  }
}
