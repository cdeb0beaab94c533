/** What the gmm command's report and picture show. */
import { profilesOf } from '../../../cli/cluster_profiles.js';
import { profileSection } from '../../../cli/profile.js';
import type { MixtureModel } from '../../../index.js';
import { boundGaps, covarianceInFileUnits, covarianceOf, largestFall } from './mixture_math.js';
import { choosePlane, placeGaussian, placeRows, type Plane, sampleOf } from '../../../cli/plane.js';
import { inFileUnits } from '../../../cli/table_math.js';
import { type EmCheck, renderGmmReport } from './report_page.js';
import type { MixtureDrawing } from './mixture_picture.js';
import type { ScatterData } from '../../../cli/write/scatter.js';
import { type Candidate, countsOf, type GmmOptions } from './fit.js';
import { headOf, type Job } from '../../../cli/job.js';

/** Rows and components in the plane, and where they come from. */
export interface Drawing extends MixtureDrawing {
  readonly plane: Plane;
  /** The rows drawn, by their numbers in the file. */
  readonly rows: Uint32Array;
}

/** Some rows and the components in the plane; undefined for a single column or row. */
export async function drawingOf(job: Job, model: MixtureModel): Promise<Drawing | undefined> {
  const sample = sampleOf(job);
  const plane = await choosePlane(job, sample);
  if (!plane) return undefined;
  const shares = await model.predictProba(sample.points, job.where);
  const d = job.used.shape[1];
  return {
    ...placeRows(plane, sample.points.data),
    shares: shares.data,
    components: Array.from({ length: model.k }, (_, c) => {
      const mean = model.means.data.slice(c * d, (c + 1) * d);
      return placeGaussian(plane, mean, covarianceOf(model, c));
    }),
    weights: model.weights.data,
    plane,
    rows: sample.rows,
  };
}

export interface GmmResult {
  readonly best: Candidate;
  /** The range that it was chosen from. */
  readonly candidates: readonly Candidate[];
  readonly drawing: Drawing | undefined;
  readonly purity: number | undefined;
}

/** The report of the best candidate, and of the range that it was chosen from. */
export async function renderReport(
  job: Job,
  { best, candidates, drawing, purity }: GmmResult,
  options: GmmOptions,
): Promise<string> {
  const { bic, aic } = best;
  const { model, milliseconds } = best.fit;
  const { table, scale } = job;
  const { covariance, init, nInit, tol, maxIter, regCovar, seed } = options;
  const { bayesian = false, standardize = false } = options;
  const d = table.shape[1];
  const means = inFileUnits(model.means.data, scale);
  const scatter = drawing ? planeScatter(model, drawing) : await densityScatter(job, model);
  return renderGmmReport({
    ...headOf(
      'Gaussian mixture',
      job,
      model.engine,
      milliseconds,
      {
        ...{ covariance, init, 'n-init': nInit, tol, 'max-iter': maxIter, 'reg-covar': regCovar },
        ...{ seed, bayesian, standardize },
      },
      [profileSection(job, profilesOf(job, model.labels, model.k))],
    ),
    model,
    ...(bic === undefined ? {} : { bic, aic: aic! }),
    ...(purity === undefined ? {} : { purity }),
    counts: countsOf(model),
    columns: table.columns,
    components: Array.from({ length: model.k }, (_, c) => {
      const covariances = covarianceInFileUnits(covarianceOf(model, c), scale);
      return {
        mean: means.slice(c * d, (c + 1) * d),
        deviation: Float64Array.from({ length: d }, (__, j) => Math.sqrt(covariances[j * (d + 1)])),
      };
    }),
    check: await checkOf(job, model, bayesian),
    ...(scatter && { scatter }),
    ...(candidates.length > 1 && {
      range: candidates.map((candidate) => ({
        k: candidate.k,
        bic: candidate.bic!,
        aic: candidate.aic!,
        iterations: candidate.fit.model.iterations,
      })),
    }),
    ...(table.image && { image: table.image }),
  });
}

/** The components as the groups of rows, which have these numbers in the file. */
const groupsOf = (model: MixtureModel, rows: Uint32Array) => ({
  kind: 'component',
  groups: Array.from({ length: model.k }, (_, c) => String(c)),
  labels: Uint32Array.from(rows, (row) => model.labels[row]),
});

function planeScatter(model: MixtureModel, drawing: Drawing): ScatterData {
  const { plane, rows, x, y, shares, components } = drawing;
  const [xName, yName] = plane.names;
  const { note } = plane;
  return { ...groupsOf(model, rows), xName, yName, note, x, y, shares, ellipses: components };
}

/** The rows of a single column against their density. */
async function densityScatter(job: Job, model: MixtureModel): Promise<ScatterData | undefined> {
  const { table, scale, where } = job;
  if (table.shape[1] > 1) return undefined;
  const { points, rows } = sampleOf(job);
  const logDensities = await model.scoreSamples(points, where);
  const shares = await model.predictProba(points, where);
  // A density in the file's units.
  const width = scale?.deviation[0] ?? 1;
  return {
    ...groupsOf(model, rows),
    xName: table.columns[0],
    yName: 'density',
    x: inFileUnits(points.data, scale),
    y: logDensities.map((log) => Math.exp(log) / (width || 1)),
    shares: shares.data,
  };
}

/** Whether the fit kept what expectation maximisation promises. */
async function checkOf(job: Job, model: MixtureModel, bayesian: boolean): Promise<EmCheck> {
  const fall = largestFall(model.history);
  if (bayesian) return { largestFall: fall };
  const { points } = sampleOf(job);
  const responsibilities = await model.predictProba(points, job.where);
  const logDensities = await model.scoreSamples(points, job.where);
  const gaps = boundGaps(model, points.data, responsibilities.data, logDensities);
  return { largestFall: fall, gaps: { ...gaps, rows: points.shape[0] } };
}
