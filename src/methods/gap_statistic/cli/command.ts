/** `webgpu-clustering gap FILE`. */
import type { Command } from 'commander';
import {
  type GapReference,
  type GapRule,
  gapStatistic,
  type GapStatistic,
} from '../../../index.js';
import { addFlags, optionsOf } from '../../../cli/option_flags.js';
import { formatSeconds } from '../../../cli/format.js';
import { finishJob, headOf, openJob, timed, type Timed } from '../../../cli/job.js';
import { addInput, addRunAndOutputs, type SharedOptions } from '../../../cli/options.js';
import { optionTable } from '../option_table.js';
import { linesChart } from '../../../cli/write/charts.js';
import { markup } from '../../../cli/write/markup.js';
import { plainTable, renderPage, type ReportHead } from '../../../cli/write/report_page.js';

interface GapCommandOptions extends SharedOptions {
  readonly references: number;
  readonly reference: GapReference;
  readonly rule: GapRule;
  readonly seFactor: number;
  readonly power: number;
  readonly nInit: number;
}

const COLUMNS = ['k', 'log W', 'expected log W', 'gap', 'standard error'] as const;

/** Adds the command to the program. Work under way rejects when `signal` is aborted. */
export function addGap(program: Command, signal: AbortSignal): void {
  const command = program
    .command('gap')
    .description(
      'The gap statistic: how much tighter clusters of the rows are than those of rows without any.',
    );
  addFlags(addInput(command), optionTable);
  addRunAndOutputs(command, 'the table').action((file: string, options: GapCommandOptions) =>
    gapCommand(file, options, signal),
  );
}

async function gapCommand(
  file: string,
  options: GapCommandOptions,
  signal: AbortSignal,
): Promise<void> {
  const job = await openJob(file, options, signal, () => undefined);
  const { references, reference, rule, seFactor, power, nInit, seed } = options;
  const { data, shape } = job.used;
  const result = await timed('gap statistic', (step) =>
    gapStatistic(
      { data, shape },
      {
        ...optionsOf(optionTable, options),
        ...{ seed, ...job.where },
        onIteration: ({ done, total, k }) => {
          step({ done, total, figure: `k = ${k}` });
        },
      },
    ),
  );
  const { model, milliseconds } = result;
  job.say(`adapter: ${model.engine}`);
  const table = [COLUMNS, ...rowsOf(model)];
  const widths = COLUMNS.map((_, c) => Math.max(...table.map((row) => row[c].length)));
  for (const row of table) job.say(row.map((cell, c) => cell.padStart(widths[c])).join('  '));
  job.say(`suggested by ${rule}: k = ${model.k}`);
  job.say(`time: ${formatSeconds(milliseconds)}`);
  await finishJob(job, options, {
    isOfRows: false,
    out: () => [
      { key: 'k', names: ['k'], data: Uint32Array.from(model.gaps, (_, at) => at + 1) },
      ...(['logW', 'expectedLogW', 'gaps', 'standardErrors'] as const).map((key) => ({
        key,
        names: [key],
        data: Float32Array.from(model[key]),
      })),
    ],
    model,
    report: () =>
      render(
        headOf('Gap statistic', job, model.engine, milliseconds, {
          ...{ references, reference, rule, 'se-factor': seFactor, power, 'n-init': nInit, seed },
          standardize: options.standardize ?? false,
        }),
        model,
      ),
    json: () => toJson(result),
  });
}

function rowsOf({ logW, expectedLogW, gaps, standardErrors }: GapStatistic): string[][] {
  return Array.from(gaps, (gap, at) => [
    String(at + 1),
    ...[logW[at], expectedLogW[at], gap, standardErrors[at]].map((value) => value.toFixed(4)),
  ]);
}

function render(head: ReportHead, model: GapStatistic): string {
  const { k, rule, references, gaps, standardErrors, logW, expectedLogW } = model;
  const points = (values: Float64Array) =>
    Array.from(values, (value, at) => [at + 1, value] as const);
  const below = gaps.map((gap, at) => gap - standardErrors[at]);
  return renderPage(
    head,
    [
      ['Suggested clusters', String(k)],
      ['Reference sets', String(references)],
    ],
    [
      {
        heading: 'Gap by number of clusters',
        content: markup`${linesChart(
          [
            { name: 'gap', points: points(gaps) },
            { name: 'gap less its standard error', points: points(below) },
          ],
          'clusters',
          'gap',
        )}<ul class="legend"><li><span class="swatch"></span> gap</li><li><span class="swatch second"></span> less its standard error</li></ul><p class="note">${rule} chooses k = ${k}.</p>`,
      },
      {
        heading: 'log W by number of clusters',
        content: markup`${linesChart(
          [
            { name: 'the rows', points: points(logW) },
            { name: 'expected without clusters', points: points(expectedLogW) },
          ],
          'clusters',
          'log W',
        )}<ul class="legend"><li><span class="swatch"></span> the rows</li><li><span class="swatch second"></span> expected of rows without clusters</li></ul>`,
      },
      { heading: 'The table', full: true, content: plainTable(COLUMNS, rowsOf(model)) },
    ],
  );
}

/** What --json prints. */
function toJson({ model, milliseconds }: Timed<GapStatistic>) {
  return {
    adapter: model.engine,
    milliseconds,
    k: model.k,
    gaps: [...model.gaps],
    standardErrors: [...model.standardErrors],
    logW: [...model.logW],
    expectedLogW: [...model.expectedLogW],
  };
}
