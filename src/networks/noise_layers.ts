/** Layers that change numbers by chance while a network is trained, and one that centres them. */
import type { Matrix } from '../ops/algebra/algebra.js';
import { corrupt } from '../ops/networks/corrupt.js';
import type { Layer, LayerPlace, OpenLayer, ParameterShape } from './layer.js';

export interface NoisePlan {
  /** Of what goes through. */
  readonly columns: number;
  /** 'dropout': the share of numbers that become 0, the others growing to make up for it; 'gaussian': the deviation. */
  readonly kind: 'dropout' | 'gaussian';
  readonly rate: number;
  readonly seed: number;
  /** Another for each such layer of a network. */
  readonly stream: number;
}

/** Dropout, or Gaussian noise: other numbers each step, drawn by a counter; nothing where nothing is trained. */
export class NoiseLayer implements Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly parameters = [];
  readonly #plan: NoisePlan;

  constructor(plan: NoisePlan) {
    this.inputs = plan.columns;
    this.outputs = plan.columns;
    this.#plan = plan;
  }

  async open(place: LayerPlace): Promise<OpenLayer> {
    const { algebra, rows, control } = place;
    const { columns, kind, rate, seed, stream } = this.#plan;
    if (!place.parametersOf(this).gradients || !control) {
      const unchanged = (x: Matrix) => Promise.resolve(x);
      return { forward: unchanged, backward: unchanged };
    }
    const isDropout = kind === 'dropout';
    const [made, passed] = [
      await algebra.matrix(rows, columns),
      await algebra.matrix(rows, columns),
    ];
    const draw = (x: Matrix, into: Matrix) =>
      algebra.perform(corrupt, {
        ...{ x, into, control, rate, seed, stream },
        ...{ kind: isDropout ? 'masking' : 'gaussian', kept: 1 / (1 - rate) },
      });
    return {
      async forward(x) {
        await draw(x, made);
        return made;
      },
      async backward(gradient, passOn) {
        if (!passOn || !isDropout) return passOn ? gradient : undefined;
        // The counter stands where it stood forward: what was dropped then is dropped now.
        await draw(gradient, passed);
        return passed;
      },
    };
  }
}

/** The share of the mean that is kept from step to step. */
const KEPT = 0.9;

/**
 * x less the mean of its batch, column by column; where nothing is trained less the mean of such means, of which later
 * ones count more.
 */
export class BatchCentring implements Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly parameters: readonly ParameterShape[];

  constructor(columns: number) {
    this.inputs = columns;
    this.outputs = columns;
    // No gradient is ever put in its place, so that no optimizer moves it.
    this.parameters = [{ name: 'mean', rows: 1, columns, start: () => 0 }];
  }

  async open(place: LayerPlace): Promise<OpenLayer> {
    const { algebra, rows } = place;
    const { values, gradients } = place.parametersOf(this);
    const [mean] = values;
    const [made, less] = [
      await algebra.matrix(rows, this.inputs),
      await algebra.matrix(1, this.inputs),
    ];
    const centre = async (x: Matrix, into: Matrix) => {
      const sums = await algebra.sums(x, 'columns');
      await algebra.combine([[-1 / rows, sums]], { into: less });
      await algebra.combine([[1, x]], { bias: less, into });
      algebra.free(sums);
    };
    return {
      async forward(x) {
        if (!gradients) {
          await algebra.combine([[-1, mean]], { into: less });
          return algebra.combine([[1, x]], { bias: less, into: made });
        }
        await centre(x, made);
        await algebra.combine(
          [
            [KEPT, mean],
            [KEPT - 1, less],
          ],
          { into: mean },
        );
        return made;
      },
      async backward(gradient, passOn) {
        if (!passOn) return undefined;
        await centre(gradient, gradient);
        return gradient;
      },
    };
  }
}
