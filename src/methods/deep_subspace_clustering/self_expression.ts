/** Trains an autoencoder whose codes express one another. */
import type { AutoencoderNetwork } from '../../networks/autoencoder_network.js';
import { ParameterBlock } from '../../networks/parameter_block.js';
import { gather, type ResidentRows } from '../../networks/resident_rows.js';
import { type AutoencoderBlocks, openAutoencoder } from '../../networks/train_autoencoder.js';
import { type EpochLoss, type EpochsOptions, Trainer } from '../../networks/trainer.js';
import type { Algebra, Matrix } from '../../ops/algebra/algebra.js';
import { squaredError } from '../../ops/networks/gradients.js';
import type { Optimizer } from '../../ops/networks/optimizer.js';

/** The parts of the loss, each summed over all rows. */
export const PARTS = ['reconstruction', 'expression', 'penalty'] as const;

export interface ExpressionOptions extends EpochsOptions {
  readonly optimizer: Optimizer;
  /** Of |Z - C Z|^2 / 2. */
  readonly weight: number;
  /** Of |C|^2. */
  readonly penalty: number;
  /** n x n: what C begins as, row i the coefficients of row i. */
  readonly coefficients: Float32Array;
  /** C is trained, and C Z is decoded in the place of Z. */
  readonly learns: boolean;
}

/**
 * Minimises |X - decode(V)|^2 / 2 + weight / 2 |Z - C Z|^2 + penalty |C|^2 for the codes Z of all rows X: by networks and
 * C, with V = C Z, where C is learnt (Ji et al. 2017); else by networks, with V = Z (Peng et al. 2016). A step takes all
 * rows: beside the network's 2 n^2 times the columns of the codes three times over.
 *
 * @returns C as it was in the end
 */
export async function expressCodes(
  algebra: Algebra,
  rows: ResidentRows,
  network: AutoencoderNetwork,
  blocks: AutoencoderBlocks,
  options: ExpressionOptions,
): Promise<{ readonly history: readonly EpochLoss[]; readonly coefficients: Float32Array }> {
  const { optimizer, weight, penalty, learns } = options;
  const { n, columns } = rows;
  const size = network.encoder.outputs;
  const owner = { parameters: [{ name: 'coefficients', rows: n, columns: n, start: () => 0 }] };
  const block = await ParameterBlock.create(algebra, [owner], [options.coefficients], learns);
  const { values, gradients } = block.of(owner)!;
  const [c] = values;
  const trainer = await Trainer.create(
    algebra,
    {
      ...{ n, batch: n, optimizer, parts: PARTS, longest: Math.max(columns, size, n) },
      blocks: [blocks.encoder, blocks.decoder, ...(learns ? [block] : [])],
    },
    async ({ control, piece }) => {
      const open = await openAutoencoder(algebra, n, network, blocks, true, control);
      const make = (width: number) => algebra.matrix(n, width);
      const [x, back] = [await make(columns), await make(columns)];
      const [expressed, left, slope] = [await make(size), await make(size), await make(size)];
      const zero = await make(n);
      const unused = await make(n);
      return async () => {
        // Rows as they stand: C knows them by their numbers.
        await gather(algebra, rows, { control, batch: n }, x);
        const z = await open.encoder.forward(x);
        await algebra.product(c, z, { into: expressed });
        const y = await open.decoder.forward(learns ? expressed : z);
        await algebra.perform(squaredError, {
          ...{ y, x, weight: 0.5, gradient: back, loss: piece(0, columns) },
        });
        await algebra.perform(squaredError, {
          ...{ y: expressed, x: z, weight: weight / 2, gradient: left, loss: piece(1, size) },
        });
        const decoded = (await open.decoder.backward(back, true))!;
        await algebra.perform(squaredError, {
          ...{ y: c, x: zero, weight: penalty, gradient: gradients?.[0] ?? unused },
          loss: piece(2, n),
        });
        // By Z: C' (what comes by C Z) - what comes by Z itself.
        let byExpressed = left;
        if (learns) {
          await algebra.combine(
            [
              [1, left],
              [1, decoded],
            ],
            { into: slope },
          );
          byExpressed = slope;
          const into: Matrix = gradients![0];
          await algebra.product(slope, z, { transposeB: true, beta: 1, into });
        }
        await algebra.product(c, byExpressed, { transposeA: true, into: expressed });
        const terms = [[1, expressed] as const, [-1, left] as const];
        await algebra.combine(learns ? terms : [...terms, [1, decoded]], { into: expressed });
        await open.encoder.backward(expressed, false);
      };
    },
  );
  const history = await trainer.epochs(options);
  const [coefficients] = await block.read();
  trainer.free();
  block.free();
  return { history, coefficients };
}
