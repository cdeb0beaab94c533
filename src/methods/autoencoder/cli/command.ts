/** `webgpu-clustering autoencoder FILE`. */
import type { Command } from 'commander';
import { autoencoder } from '../../../index.js';
import { formatNumber, formatSeconds } from '../../../cli/format.js';
import { finishJob, headOf, openJob, timed } from '../../../cli/job.js';
import { addFlags } from '../../../cli/option_flags.js';
import { addInput, addRunAndOutputs } from '../../../cli/options.js';
import { renderPage } from '../../../cli/write/report_page.js';
import { optionTable } from '../option_table.js';
import {
  addCheckpoints,
  embeddingSection,
  layersOf,
  lossSection,
  type NetworkCommandOptions,
  reconstructionSection,
  settingsOf,
  toldOf,
  trained,
} from './network_job.js';

/** Adds the command to the program. Work under way rejects when `signal` is aborted. */
export function addAutoencoder(program: Command, signal: AbortSignal): void {
  const command = program
    .command('autoencoder')
    .description(
      'A network that gives rows back through a code of few numbers: the codes are what it has learnt of them.',
    );
  addFlags(addInput(command), optionTable, { layers: layersOf });
  addRunAndOutputs(addCheckpoints(command), 'the codes').action(
    (file: string, options: NetworkCommandOptions) => autoencoderCommand(file, options, signal),
  );
}

async function autoencoderCommand(
  file: string,
  options: NetworkCommandOptions,
  signal: AbortSignal,
): Promise<void> {
  const job = await openJob(file, options, signal, () => undefined);
  const { data, shape } = job.used;
  const points = { data, shape };
  const told = toldOf(optionTable, options);
  const { epochs = 100, layerwise = 0 } = told;
  const fit = await timed('autoencoder', (step) =>
    trained(
      options,
      { pretrain: epochs, layers: layerwise * ((told.layers?.length ?? 3) + 1) },
      step,
      (given) => autoencoder(points, { ...told, seed: options.seed, ...job.where, ...given }),
    ),
  );
  const { model, milliseconds } = fit;
  const embedding = await model.encode(points, job.where);
  job.say(`adapter: ${model.engine}`);
  job.say(`loss: ${formatNumber(model.loss)} after ${model.epochs} epochs`);
  job.say(`time: ${formatSeconds(milliseconds)}`);
  await finishJob(job, options, {
    out: () => [
      {
        key: 'embedding',
        names: Array.from({ length: model.embeddingSize }, (__, t) => `z${t + 1}`),
        data: embedding.data,
      },
    ],
    model,
    report: async () =>
      renderPage(
        headOf('Autoencoder', job, model.engine, milliseconds, settingsOf(told, options)),
        [
          ['Loss', formatNumber(model.loss)],
          ['Layers', [...model.layers, model.embeddingSize].join(', ')],
        ],
        [
          lossSection('Loss by epoch', { loss: model.history.map(({ loss }) => loss) }),
          await embeddingSection(job, embedding),
          await reconstructionSection(job, model),
        ],
      ),
    json: () => ({
      ...{ adapter: model.engine, milliseconds, loss: model.loss, epochs: model.epochs },
      history: model.history.map(({ loss }) => loss),
    }),
  });
}
