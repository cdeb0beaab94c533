/** Reads and clusters off the page's thread, so that the page always answers at once. */
import { profilesOf } from '../../src/cli/cluster_profiles.js';
import { formatNumber } from '../../src/cli/format.js';
import { type JobContext, type RunOptions, serveJobs } from '../shared/worker_host.js';
import { type Fit, fit, type Iteration } from './fit.js';
import type { DataJobs, DataSettings, FitResult, FitSettings, Snapshot, View } from './jobs.js';
import { type Prepared, preparePoints, samePoints } from './points.js';
import { suggest, suggestByGap } from './suggest.js';
import { type DataTable, summarize } from './table.js';
import { makeAxes, overlaysOf } from './view.js';
import { rowsAsCsv } from './rows_csv.js';

/** The first iterations of small data are shown this long each, so that the eye can follow. */
const FRAME_MS = 90;
const SLOW_FRAMES = 25;

let table: DataTable = { rows: 0, columns: [], notes: [] };
/** The points that were made last. */
let prepared: Prepared | undefined;
/** The fit that was done last, and the points it was of. */
let fitted: { readonly fit: Fit; readonly prepared: Prepared } | undefined;

async function prepare(settings: DataSettings, options: RunOptions): Promise<Prepared> {
  if (prepared && samePoints(prepared.settings, settings)) return prepared;
  const made = await preparePoints(table, settings, options);
  options.signal.throwIfAborted();
  prepared = made;
  return made;
}

async function load(file: File, context: JobContext) {
  // Only now: the page is there sooner, and a reader costs nothing until it is needed.
  const { readFile } = await import('./read/read_file.js');
  table = await readFile(file, context);
  prepared = undefined;
  fitted = undefined;
  return summarize(table);
}

async function runFit(
  settings: FitSettings,
  { signal, runtime, onProgress, send }: JobContext<Snapshot>,
): Promise<FitResult> {
  const options = { signal, runtime };
  onProgress({ value: 0, max: 1, text: 'Preparing the points' });
  const made = await prepare(settings.data, options);
  const axes = await makeAxes(table, made, settings.axes, options);
  onProgress({ value: 0, max: 1, text: 'Choosing where to start' });
  const name = settings.method.method === 'kmeans' ? 'objective' : 'bound';
  const onIteration = async ({ iteration, maxIter, objective, model }: Iteration) => {
    onProgress({
      value: iteration,
      max: maxIter,
      text: `Iteration ${iteration} of at most ${maxIter}, ${name} ${formatNumber(objective)}`,
    });
    if (!model) {
      send({ objective });
      return;
    }
    send({ objective, shown: { labels: model.labels, ...overlaysOf(model, axes) } });
    if (iteration <= SLOW_FRAMES) await new Promise((later) => setTimeout(later, FRAME_MS));
  };
  const done = await fit(made.points, settings, { ...options, onIteration });
  signal.throwIfAborted();
  fitted = { fit: done, prepared: made };
  const { model, history, converged, milliseconds } = done;
  const { engine, k } = model;
  const { labels } = model;
  const counts = new Uint32Array(k);
  for (const label of labels) counts[label]++;
  const ratios = made.reduction?.explainedVarianceRatio;
  const { rows, columns } = made;
  return {
    ...overlaysOf(model, axes),
    ...(rows && { rows }),
    profiles: profilesOf(
      { table: columns, used: made.points, ...(rows && { rows }) },
      model.labels,
      k,
    ),
    labels,
    counts,
    objective: 'inertia' in model ? model.inertia : model.lowerBound,
    iterations: history.length,
    converged,
    history,
    engine,
    milliseconds,
    ...(ratios && { explained: ratios.reduce((sum, ratio) => sum + ratio, 0) }),
  };
}

function exportModel(): string {
  if (!fitted) throw new Error('There is no model yet; cluster first.');
  const { fit: done, prepared: made } = fitted;
  const { scales, reduction, settings } = made;
  return JSON.stringify({
    columns: settings.columns.map((position) => table.columns[position].name),
    standardize: scales ? { mean: [...scales.mean], deviation: [...scales.deviation] } : null,
    pca: reduction ?? null,
    model: done.model,
  });
}

serveJobs<DataJobs>({
  load,
  view: async ({ data, axes }, { signal, runtime, onProgress }) => {
    const options = { signal, runtime };
    onProgress({ value: 0, max: 1, text: 'Preparing the points to be seen' });
    const made = await prepare(data, options);
    const [x, y] = await makeAxes(table, made, axes, options);
    const seen: View = {
      // Of a part of the table's memory, all would be sent.
      x: x.values.slice(),
      y: y.values.slice(),
      xName: x.name,
      yName: y.name,
      ...(made.rows && { rows: made.rows }),
      ...(fitted &&
        samePoints(fitted.prepared.settings, data) && {
          overlays: overlaysOf(fitted.fit.model, [x, y]),
        }),
    };
    return seen;
  },
  fit: runFit,
  suggest: async ({ data, method, by, most, seed }, { signal, runtime, onProgress, send }) => {
    const made = await prepare(data, { signal, runtime });
    if (by === 'gap') {
      return suggestByGap(made.points, seed, {
        signal,
        runtime,
        onDone: (done, total) => {
          onProgress({ value: done, max: total, text: `Clustering ${done} of ${total}` });
        },
      });
    }
    return suggest(made.points, method, most, seed, {
      signal,
      runtime,
      onValue: (k, value) => {
        onProgress({ value: k, max: most, text: `Trying k = ${k} of ${most}` });
        send(value);
      },
    });
  },
  exportRows: (chosen, context) =>
    rowsAsCsv(
      table,
      {
        chosen: chosen && prepared?.rows ? chosen.map((row) => prepared!.rows![row]) : chosen,
        ...(fitted && { labels: fitted.fit.model.labels, rows: fitted.prepared.rows }),
      },
      context,
    ),
  exportModel,
});
