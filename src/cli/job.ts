/** What every command does around its fit: reading, where it runs, progress, and what is left. */
import { plural } from '../errors.js';
import { basename } from 'node:path';
import { InvalidArgumentError, type PcaModel, type RuntimeChoice } from '../index.js';
import { placeWork } from './device.js';
import { formatCount } from './format.js';
import { type ProgressKind, type ProgressStep, showProgress } from './progress.js';
import { prepare, type Preparation, type Prepared } from './prepare.js';
import { isStandardInput } from './read/byte_source.js';
import { readTable, type Table } from './read/read_table.js';
import type { ColumnScale } from './table_math.js';
import { checkWritable, writeAtomic } from './write/atomic.js';
import { writeJson } from './write/json.js';
import { OUTPUTS, refuseOverwriting } from './write/overwriting.js';
import type { ReportHead } from './write/report_page.js';
import { type ColumnGroup, rowsFormat, writeRows } from './write/rows.js';
import type { SharedOptions } from './options.js';

/** One run of a command. */
export interface Job {
  /** The file's name, for people. */
  readonly name: string;
  /** All that was read, for --out to write again. */
  readonly source: Table;
  /** The rows as the file has them: those that are used, by the columns that are. */
  readonly table: Table;
  /** The rows as they are fitted: those of `table`, or with --standardize their scaled ones. */
  readonly used: Table;
  /** Of each row of `table` its number in the file; absent where all are used. */
  readonly rows?: Uint32Array;
  readonly preparation: Preparation;
  /** What `used` was scaled by. */
  readonly scale: ColumnScale | undefined;
  /** What `used` are the scores of, where they are. */
  readonly reduction?: PcaModel;
  /** To be passed to every method of the library. */
  readonly where: { readonly runtime: RuntimeChoice; readonly signal: AbortSignal };
  /** Prints a line for people: nothing with --json. */
  readonly say: (line: string) => void;
}

/** A fit with what it took. */
export interface Timed<Model> {
  readonly model: Model;
  readonly milliseconds: number;
}

/**
 * Finds a device and reads the file.
 *
 * @param check refuses a table that the command cannot use
 * @throws ChildFinished once a child process has done it all
 */
export async function openJob(
  file: string,
  options: SharedOptions,
  signal: AbortSignal,
  check: (table: Table) => void,
): Promise<Job> {
  await checkOutputs(file, options);
  const runtime = await placeWork(options.device, (notice) => {
    if (!options.quiet) console.error(notice);
  });
  const {
    columns,
    labels,
    missing = 'drop',
    encode,
    keepIds = false,
    standardize = false,
  } = options;
  const source = await readTable(file, {
    ...{ columns, labels, missing: missing !== 'refuse', encode: encode !== undefined },
    texts: needsAll(options),
    header: headerOf(options),
  });
  const prepared = prepare(file, source, {
    ...{ columns, missing, keepIds, standardize, encode: encode !== undefined },
  });
  return beginJob(file, options, { source, prepared, check, where: { runtime, signal } });
}

/** Refuses what can be before the work begins. */
export async function checkOutputs(
  file: string,
  options: Pick<SharedOptions, (typeof OUTPUTS)[number] | 'labels'>,
  alsoRead: readonly string[] = [],
): Promise<void> {
  if (options.out !== undefined) rowsFormat(options.out);
  for (const output of OUTPUTS) {
    const path = options[output];
    if (path !== undefined && path !== '-') await checkWritable(path);
  }
  await refuseOverwriting([{ file, options, alsoRead }]);
  if (options.report !== undefined && !/\.html?$/i.test(options.report)) {
    throw new InvalidArgumentError(
      'report',
      `--report is ${options.report}, but a report is an HTML page; give a name that ends in .html.`,
    );
  }
}

/** Whether --out writes the columns that are not used, too. */
export const needsAll = ({ out, labelsOnly }: Pick<SharedOptions, 'out' | 'labelsOnly'>): boolean =>
  out !== undefined && !labelsOnly;

export const headerOf = ({
  header = 'auto',
}: Pick<SharedOptions, 'header'>): boolean | undefined =>
  header === 'auto' ? undefined : header === 'yes';

/** What a job begins with once its rows are there; says what they are. */
export function beginJob(
  file: string,
  options: Pick<SharedOptions, 'json' | 'quiet' | 'out'>,
  given: {
    readonly source: Table;
    readonly prepared: Prepared;
    readonly check: (table: Table) => void;
    readonly where: Job['where'];
  },
): Job {
  const { source, prepared, check, where } = given;
  const { table, preparation } = prepared;
  check(table);
  if (!options.quiet) for (const note of table.notes) console.error(note);
  const isSilent = options.json || options.quiet || options.out === '-';
  const say = (line: string) => {
    if (!isSilent) console.log(line);
  };
  const name = isStandardInput(file) ? 'standard input' : basename(file);
  const [n, d] = table.shape;
  say(`${name}: ${formatCount(n)} ${plural(n, 'row')} x ${formatCount(d)} ${plural(d, 'column')}`);
  return { ...prepared, name, source, scale: preparation.standardize, where, say };
}

/** A fit under a progress bar. */
export async function timed<Model>(
  title: string,
  work: (step: (progress: ProgressStep) => void) => Promise<Model>,
  kind: ProgressKind = 'iterations',
): Promise<Timed<Model>> {
  const progress = showProgress(title, kind);
  const start = performance.now();
  try {
    const model = await work(progress.update);
    return { model, milliseconds: performance.now() - start };
  } finally {
    progress.stop();
  }
}

/** How to make each file that the user may have asked for; a path is named by its option. */
export interface Outputs {
  /** `out` has a row for each of the file's, which is the default. */
  readonly isOfRows?: boolean;
  readonly out: () => readonly ColumnGroup[] | Promise<readonly ColumnGroup[]>;
  /** The fitted model; --model writes what its toJSON() gives, as savedModel has it. */
  readonly model: object;
  readonly report: () => string | Promise<string>;
  /** What --json prints. */
  readonly json: () => unknown;
  /** A picture, for the command that has one. */
  readonly picture?: readonly [path: string | undefined, write: (path: string) => Promise<void>];
}

/**
 * What --model writes: the model alone where its rows are numeric columns of a file as they are, with the names of
 * these where they were chosen; else an object that holds it beside what to do to a row first, as the page for one's
 * own data saves it, and as `predict` does it. Distances between scaled rows are not those between the file's, so that
 * no model of these could stand in for it.
 */
function savedModel(
  { source, table, preparation, reduction }: Job,
  { columns }: Pick<SharedOptions, 'columns'>,
  model: object,
): object {
  const { features, missing, standardize } = preparation;
  const isPlain = features.every(({ kind, fill }) => kind === 'number' && fill === undefined);
  const isWhole = features.length === source.columns.length;
  if (isPlain && isWhole && !standardize && !reduction) {
    return columns === undefined ? model : { ...plainOf(model), columnNames: table.columns };
  }
  return {
    columns: table.columns,
    ...(!isPlain && { features, missing }),
    ...(standardize && {
      standardize: { mean: [...standardize.mean], deviation: [...standardize.deviation] },
    }),
    ...(reduction && { pca: reduction }),
    model,
  };
}

const plainOf = (model: object): object =>
  'toJSON' in model && typeof model.toJSON === 'function'
    ? (model as { toJSON: () => object }).toJSON()
    : model;

/** Writes the files that the options name, each whole or not at all, and says so. */
export async function finishJob(
  job: Job,
  options: SharedOptions,
  { out, isOfRows = true, model, report, json, picture }: Outputs,
): Promise<void> {
  const {
    say,
    where: { signal },
  } = job;
  const files = [
    [
      options.out,
      async (path: string) => {
        const { source, rows } = job;
        await writeRows(path, await out(), {
          ...(isOfRows && rows && { rows }),
          ...(isOfRows && needsAll(options) && source.names && { source }),
        });
      },
    ],
    [options.model, (path: string) => writeJson(path, savedModel(job, options, model))],
    ...(picture ? [picture] : []),
    [options.report, async (path: string) => writeAtomic(path, await report())],
  ] as const;
  for (const [path, write] of files) {
    if (path === undefined) continue;
    signal.throwIfAborted();
    await write(path);
    if (path !== '-') say(`wrote ${path}`);
  }
  signal.throwIfAborted();
  if (options.json) console.log(JSON.stringify(json()));
}

/** What the reports of all commands begin with. */
export function headOf(
  method: string,
  { name, table }: Job,
  adapter: string,
  time: number,
  options: ReportHead['options'],
  more: ReportHead['more'] = [],
): ReportHead {
  const [n, d] = table.shape;
  const { notes } = table;
  return { title: `${method} of ${name}`, adapter, time, n, d, options, notes, more };
}

/** How an iterative fit ended; `tol` where the fit converges by nothing but a change below it. */
export function stateOf(
  { iterations, converged }: { readonly iterations: number; readonly converged: boolean },
  { maxIter, tol }: { readonly maxIter: number; readonly tol?: number },
): string {
  const count = `${iterations} ${plural(iterations, 'iteration')}`;
  if (converged) return `${count}, converged`;
  if (tol === 0) return `${count}, all of them: no change is below --tol 0`;
  return `${count}, not converged${iterations < maxIter ? '' : ': raise --max-iter'}`;
}

/** Refuses --sheet where rows are no images; `drawn` is what it draws. */
export function checkImages(drawn: string, file: string, table: Table): void {
  if (table.image) return;
  throw new InvalidArgumentError(
    'sheet',
    `--sheet draws ${drawn} as images, but the rows of ${file} are none; leave it out, or give an MNIST or CIFAR-10 file without --columns.`,
  );
}
