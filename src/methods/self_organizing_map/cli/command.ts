/** `webgpu-clustering som FILE`. */
import { type Command, InvalidArgumentError as BadOption } from 'commander';
import {
  selfOrganizingMap,
  type SelfOrganizingMapModel,
  type SelfOrganizingMapOptions,
} from '../../../index.js';
import { addFlags, optionsOf } from '../../../cli/option_flags.js';
import { formatNumber, formatSeconds, formatShare } from '../../../cli/format.js';
import { finishJob, headOf, type Job, openJob, timed } from '../../../cli/job.js';
import { addInput, addRunAndOutputs, type SharedOptions } from '../../../cli/options.js';
import { inFileUnits } from '../../../cli/table_math.js';
import { nested } from '../../../cli/write/json.js';
import { optionTable } from '../option_table.js';
import { describeHits, renderMapReport } from './report.js';

interface MapCommandOptions
  extends
    SharedOptions,
    Required<Pick<SelfOrganizingMapOptions, 'grid' | 'neighbourhood' | 'mode' | 'epochs'>> {
  readonly map: readonly [rows: number, columns: number];
  readonly init: 'pca' | 'random';
}

/** What became of the fit's rows. */
interface Errors {
  readonly quantizationError: number;
  readonly topographicError: number;
}

/** Two whole numbers >= 1 such as 10x12. */
function mapShape(text: string): [number, number] {
  const [, rows, columns] = /^(\d+)x(\d+)$/.exec(text.trim()) ?? [];
  const shape: [number, number] = [Number(rows), Number(columns)];
  if (shape.every((side) => Number.isSafeInteger(side) && side >= 1)) return shape;
  throw new BadOption('It must be rows and columns of units such as 10x12.');
}

/** A number >= 0, or two such as 5..0.5. */
function schedule(text: string): [number, number] {
  const [, from, to = from] = /^([\d.]+?)(?:\.\.([\d.]+))?$/.exec(text.trim()) ?? [];
  const ends: [number, number] = [Number(from), Number(to)];
  if (ends.every((end) => Number.isFinite(end))) return ends;
  throw new BadOption(
    'It must be a number >= 0, or two from the first epoch to the last such as 5..0.5.',
  );
}

/** Adds the command to the program. A fit under way rejects when `signal` is aborted. */
export function addSom(program: Command, signal: AbortSignal): void {
  const command = program
    .command('som')
    .description(
      'Self-organizing map: K-means whose units lie on a grid, with like rows next to each other.',
    );
  addInput(command).requiredOption(
    '-m, --map <rows>x<columns>',
    'the units of the map, such as 10x12',
    mapShape,
  );
  addFlags(command, optionTable, { radius: schedule, rate: schedule });
  addRunAndOutputs(command, "each row's unit, and its row and column on the map")
    .option('--trace', 'print the mean squared distance of every epoch')
    .action((file: string, options: MapCommandOptions) => mapCommand(file, options, signal));
}

async function mapCommand(
  file: string,
  options: MapCommandOptions,
  signal: AbortSignal,
): Promise<void> {
  const job = await openJob(file, options, signal, () => undefined);
  const { say, where, table, scale } = job;
  const points = pointsOf(job);
  const { model, milliseconds } = await fitTable(job, options);
  const errors: Errors = {
    quantizationError: await model.quantizationError(points, where),
    topographicError: await model.topographicError(points, where),
  };
  say(`adapter: ${model.engine}`);
  if (options.trace) {
    model.history.forEach((value, i) => {
      say(`epoch ${i + 1}: mean squared distance ${formatNumber(value)}`);
    });
  }
  say(`quantization error: ${formatNumber(errors.quantizationError)}`);
  say(`topographic error: ${formatShare(errors.topographicError)}`);
  say(describeHits(model));
  say(`time: ${formatSeconds(milliseconds)}`);
  const weights = inFileUnits(model.weights.data, scale);
  await finishJob(job, options, {
    out: async () => {
      const units = await model.predict(points, where);
      const along = (place: (unit: number) => number) => units.map(place);
      return [
        { key: 'units', names: ['unit'], data: units },
        {
          key: 'mapRows',
          names: ['map_row'],
          data: along((unit) => Math.floor(unit / model.columns)),
        },
        { key: 'mapColumns', names: ['map_column'], data: along((unit) => unit % model.columns) },
      ];
    },
    model,
    report: () => {
      const { grid, neighbourhood, mode, epochs, init, seed, standardize = false } = options;
      const shown = { grid, neighbourhood, mode, epochs, init, seed, standardize };
      return renderMapReport({
        ...headOf('Self-organizing map', job, model.engine, milliseconds, shown),
        ...{ model, ...errors, columns: table.columns, weights },
      });
    },
    json: () => toJson(model, errors, milliseconds, weights),
  });
}

const pointsOf = ({ used: { data, shape } }: Job) => ({ data, shape });

function fitTable(job: Job, options: MapCommandOptions) {
  const { map, epochs, seed } = options;
  return timed('self-organizing map', (step) =>
    selfOrganizingMap(pointsOf(job), {
      ...optionsOf(optionTable, options),
      ...{ rows: map[0], columns: map[1], seed },
      ...job.where,
      onIteration: ({ epoch, meanSquare }) => {
        const figure = `mean squared distance ${formatNumber(meanSquare)}`;
        step({ done: epoch, total: epochs, figure });
      },
    }),
  );
}

/** What --json prints. Units of rows go to --out: they are as many as the rows. */
function toJson(
  model: SelfOrganizingMapModel,
  errors: Errors,
  milliseconds: number,
  weights: Float32Array | Float64Array,
) {
  return {
    adapter: model.engine,
    milliseconds,
    ...errors,
    history: [...model.history],
    hits: [...model.hits],
    uMatrix: nested(model.uMatrix.data, model.uMatrix.shape),
    weights: nested(weights, model.weights.shape),
  };
}
