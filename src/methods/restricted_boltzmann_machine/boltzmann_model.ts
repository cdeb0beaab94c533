/** What a restricted Boltzmann machine's fit returns. */
import { nameClass } from '../../../host/class_name.js';
import { withAlgebra } from '../../fit/algebra.js';
import { as, float32s, modelRecord, number, size, text, times } from '../../fit/model_record.js';
import { checkOptions, RUNTIME_RULES } from '../../fit/options.js';
import type { Algebra, Matrix as Held } from '../../ops/algebra/algebra.js';
import { CONTROL, CONTROL_LENGTH } from '../../ops/networks/control.js';
import { corrupt } from '../../ops/networks/corrupt.js';
import type { Matrix, Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { lossHistory, type LossProgress } from '../autoencoder/autoencoder_model.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { wholeRows } from '../transform_learning/rows.js';
import { SAMPLE_RULES } from './options.js';
import { hiddenOf, type Machine, visibleOf, withinRange } from './units.js';

const MODEL = 'BoltzmannModel';

const RECORD = modelRecord('webgpu-clustering/restricted-boltzmann-machine', MODEL, {
  columns: size,
  k: size,
  weights: float32s(times('columns', 'k')),
  hiddenBias: float32s(as('k')),
  visibleBias: float32s(as('columns')),
  least: number,
  extent: number,
  history: lossHistory,
  engine: text,
});

/** A model as JSON. */
export type BoltzmannJson = ReturnType<typeof RECORD.toJSON>;
type State = ReturnType<typeof RECORD.fromJSON>;

export interface SampleOptions extends ComputeOptions {
  /** Gibbs steps. Default 1. */
  readonly steps?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** A restricted Boltzmann machine. Immutable. */
export class BoltzmannModel {
  static {
    nameClass(this, MODEL);
  }
  /** W, d x components. */
  readonly weights: Matrix;
  /** a, [components] */
  readonly hiddenBias: Float32Array;
  /** b, [d] */
  readonly visibleBias: Float32Array;
  readonly history: readonly LossProgress[];
  /** What ran the fit: the adapter's name, or 'cpu'. */
  readonly engine: string;
  readonly #state: State;

  /** @internal use {@link restrictedBoltzmannMachine} or {@link BoltzmannModel.fromJSON} */
  constructor(state: State) {
    this.#state = state;
    this.weights = { data: state.weights, shape: [state.columns, state.k] };
    this.hiddenBias = state.hiddenBias;
    this.visibleBias = state.visibleBias;
    this.history = state.history;
    this.engine = state.engine;
    Object.freeze(this);
  }

  /**
   * The probability that each hidden unit is on, given each row of `points` (n x d): n x components.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  transform(points: Points | PointStream, options: ComputeOptions = {}): Promise<Matrix> {
    const checked = checkOptions('transform', options, RUNTIME_RULES);
    return this.#on('transform', points, checked, async (algebra, machine, x) => {
      const h = await algebra.matrix(x.rows, this.#state.k);
      return toHost(algebra, await hiddenOf(algebra, machine, x, h));
    });
  }

  /**
   * F(x) = -b'x - sum_j log(1 + exp(a_j + x'W_j)) of each row of `points` (n x d), [n]: the lower, the likelier.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  async freeEnergy(
    points: Points | PointStream,
    options: ComputeOptions = {},
  ): Promise<Float64Array> {
    const checked = checkOptions('freeEnergy', options, RUNTIME_RULES);
    const { k, columns, visibleBias } = this.#state;
    return this.#on('freeEnergy', points, checked, async (algebra, machine, x) => {
      const bias = machine.hiddenBias;
      const inputs = await algebra.product(x, machine.weights, { bias });
      const own = await algebra.matrix(columns, 1, visibleBias);
      const [hidden, visible] = [
        await algebra.read(inputs),
        await algebra.read(await algebra.product(x, own)),
      ];
      return Float64Array.from(visible, (linear, i) => {
        let energy = -linear;
        for (let at = i * k; at < (i + 1) * k; at++) {
          const input = hidden[at];
          energy -= Math.max(input, 0) + Math.log1p(Math.exp(-Math.abs(input)));
        }
        return energy;
      });
    });
  }

  /**
   * What Gibbs steps make of each row of `points` (n x d): n x d, each 0 or 1.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  sample(points: Points | PointStream, options: SampleOptions = {}): Promise<Matrix> {
    const checked = checkOptions('sample', options, SAMPLE_RULES);
    const { steps = 1, seed = 0 } = checked;
    const { k, columns } = this.#state;
    return this.#on('sample', points, checked, async (algebra, machine, x) => {
      const state = new Float32Array(CONTROL_LENGTH);
      const control = await algebra.matrix(1, CONTROL_LENGTH, state);
      const [p, h] = [await algebra.matrix(x.rows, k), await algebra.matrix(x.rows, k)];
      const [q, v] = [await algebra.matrix(x.rows, columns), await algebra.matrix(x.rows, columns)];
      for (let step = 0; step < steps; step++) {
        state[CONTROL.updates] = step;
        algebra.write(control, state);
        const drawn = { control, kind: 'bernoulli' as const, seed };
        await hiddenOf(algebra, machine, step === 0 ? x : v, p);
        await algebra.perform(corrupt, { ...drawn, x: p, into: h, stream: 0 });
        await visibleOf(algebra, machine, h, q);
        await algebra.perform(corrupt, { ...drawn, x: q, into: v, stream: 1 });
      }
      return toHost(algebra, v);
    });
  }

  async #on<T>(
    method: string,
    points: Points | PointStream,
    { runtime, signal }: ComputeOptions,
    work: (algebra: Algebra, machine: Machine, x: Held) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const { columns, k, weights, hiddenBias, visibleBias } = this.#state;
    const rows = wholeRows(method, points, columns);
    const [n] = rows.shape;
    return withAlgebra(runtime, rows, signal, async (algebra) => {
      const machine = {
        weights: await algebra.matrix(columns, k, weights),
        hiddenBias: await algebra.matrix(1, k, hiddenBias),
        visibleBias: await algebra.matrix(1, columns, visibleBias),
      };
      const x = await algebra.matrix(n, columns, withinRange(rows.data, this.#state));
      return work(algebra, machine, x);
    });
  }

  toJSON(): BoltzmannJson {
    return RECORD.toJSON(this.#state);
  }

  /** @throws InvalidArgumentError naming the part that is missing or wrong */
  static fromJSON(json: unknown): BoltzmannModel {
    return new BoltzmannModel(RECORD.fromJSON(json));
  }
}

const toHost = async (algebra: Algebra, made: Held): Promise<Matrix> => ({
  data: Float32Array.from(await algebra.read(made)),
  shape: [made.rows, made.columns],
});
