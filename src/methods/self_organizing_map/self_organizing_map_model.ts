/** What a self-organizing map is once it has learnt. */
import { nameClass } from '../../../host/class_name.js';
import { InvalidArgumentError } from '../../errors.js';
import { show } from '../../../host/show.js';
import type { DeviceOutput } from '../../fit/device_output.js';
import { checkOptions, RUNTIME_RULES } from '../../fit/options.js';
import {
  as,
  boolean,
  float32s,
  float64s,
  indices,
  modelRecord,
  number,
  offsets,
  size,
  text,
  word,
} from '../../fit/model_record.js';
import {
  type GridKind,
  type GridShape,
  type Neighbourhood,
  UnitGrid,
} from '../../math/unit_grid.js';
import type { Centroids, Matrix, Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { nearestTwo } from '../../ops/assign/nearest_two.js';
import { CentroidModel } from '../kmeans/centroid_model.js';
import { type ComputeOptions, withPlaced } from '../kmeans/placed.js';

/** The state of a model; see {@link SelfOrganizingMapModel} for what each part means. */
export interface SelfOrganizingMapState extends GridShape {
  readonly neighbourhood: Neighbourhood;
  readonly mode: 'batch' | 'online';
  /** Columns of the rows, d. */
  readonly features: number;
  readonly shift: Float64Array;
  /** units x d, less the shift. */
  readonly centred: Float32Array;
  readonly fittedRows: number;
  readonly hits: Uint32Array;
  readonly history: Float64Array;
  /** Sum of squared distances of the fit's rows to their units. */
  readonly inertia: number;
  readonly engine: string;
}

/** A model as JSON. */
export type SelfOrganizingMapJson = ReturnType<typeof RECORD.toJSON>;

const RECORD = modelRecord('webgpu-clustering/self-organizing-map', 'SelfOrganizingMapModel', {
  rows: size,
  columns: size,
  grid: word<GridKind>('rectangular', 'hexagonal'),
  torus: boolean,
  neighbourhood: word<Neighbourhood>('gaussian', 'bubble', 'mexicanHat'),
  mode: word('batch', 'online'),
  features: size,
  shift: offsets(as('features')),
  centred: float32s(
    ({ rows, columns, features }) => Number(rows) * Number(columns) * Number(features),
  ),
  fittedRows: size,
  hits: indices(
    ({ fittedRows }) => Number(fittedRows) + 1,
    ({ rows, columns }) => Number(rows) * Number(columns),
  ),
  history: float64s(),
  inertia: number,
  engine: text,
});

/** Units on a grid, each with weights: a place among the rows. Unit = row * columns + column. Immutable. */
export class SelfOrganizingMapModel extends CentroidModel implements GridShape {
  static {
    nameClass(this, 'SelfOrganizingMapModel');
  }
  readonly rows: number;
  readonly columns: number;
  readonly grid: GridKind;
  readonly torus: boolean;
  readonly neighbourhood: Neighbourhood;
  readonly mode: 'batch' | 'online';
  /** Rows of the fit that each unit is the best match of, [units]. */
  readonly hits: Uint32Array;
  /**
   * The mean squared distance of a row to its unit in each epoch, [epochs]: in 'batch' mode before the
   * epoch's step, in 'online' mode before each row's own.
   */
  readonly history: Float64Array;
  /** What ran the fit: the adapter, or 'cpu'. */
  readonly engine: string;
  readonly #state: SelfOrganizingMapState;
  readonly #units: UnitGrid;

  constructor(state: SelfOrganizingMapState) {
    const { rows, columns, shift, centred, inertia, fittedRows } = state;
    super({ k: rows * columns, metric: 'euclidean', shift, centred }, inertia / fittedRows);
    this.rows = rows;
    this.columns = columns;
    this.grid = state.grid;
    this.torus = state.torus;
    this.neighbourhood = state.neighbourhood;
    this.mode = state.mode;
    this.hits = state.hits;
    this.history = state.history;
    this.engine = state.engine;
    this.#state = state;
    this.#units = new UnitGrid(state);
    Object.freeze(this);
  }

  /** units x d: the same as `centroids`. */
  get weights(): Centroids {
    return this.centroids;
  }

  /**
   * The place on the grid of each row's best matching unit, n x 2: its row and its column, from 0 on.
   * (`predict` gives the unit itself, also on the device: `output: 'gpu'`.)
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  override transform(points: Points | PointStream, options: DeviceOutput): Promise<never>;
  override transform(points: Points | PointStream, options?: ComputeOptions): Promise<Matrix>;
  override async transform(
    points: Points | PointStream,
    options: ComputeOptions = {},
  ): Promise<Matrix> {
    const units = await this.predict(points, checkOptions('transform', options, RUNTIME_RULES));
    const data = new Float32Array(2 * units.length);
    units.forEach((unit, i) => {
      data[2 * i] = Math.floor(unit / this.columns);
      data[2 * i + 1] = unit % this.columns;
    });
    return { data, shape: [units.length, 2] };
  }

  /**
   * The mean distance of the rows of `points` (n x d) to their best matching units.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  async quantizationError(
    points: Points | PointStream,
    options: ComputeOptions = {},
  ): Promise<number> {
    const { squared } = await this.#nearestTwo('quantizationError', points, options);
    let sum = 0;
    for (const value of squared) sum += Math.sqrt(value);
    return sum / squared.length;
  }

  /**
   * The share of the rows of `points` (n x d) whose two nearest units do not touch on the grid (Kiviluoto
   * 1996): 0 where the map keeps what is next to what. On a rectangular grid the 8 units around touch one, on
   * a hexagonal one 6.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  async topographicError(
    points: Points | PointStream,
    options: ComputeOptions = {},
  ): Promise<number> {
    const { nearest, second } = await this.#nearestTwo('topographicError', points, options);
    if (this.k === 1) return 0;
    let apart = 0;
    nearest.forEach((unit, i) => {
      if (!this.#units.adjacent(unit, second[i])) apart++;
    });
    return apart / nearest.length;
  }

  /**
   * The mean distance of each unit's weights to those of the units that touch it, rows x columns: ridges
   * between clusters, valleys within them (Ultsch 1993).
   */
  get uMatrix(): Matrix {
    const data = distancesAround(this.#units, this.centroids);
    return { data, shape: [this.rows, this.columns] };
  }

  /**
   * What the units hold of one column of the rows, rows x columns.
   *
   * @param column from 0 on
   * @throws InvalidArgumentError where there is no such column
   */
  componentPlane(column: number): Centroids {
    const { data, shape } = this.centroids;
    const [units, d] = shape;
    if (!(Number.isSafeInteger(column) && column >= 0 && column < d)) {
      throw new InvalidArgumentError(
        'column',
        `componentPlane: column is ${show(column)}; it must be a whole number from 0 to ${d - 1}.`,
      );
    }
    const plane = data.filter((_, at) => at % d === column);
    return { data: plane, shape: [this.rows, units / this.rows] };
  }

  /** Everything, as plain JSON; `fromJSON(JSON.parse(JSON.stringify(model)))` is equal. */
  toJSON(): SelfOrganizingMapJson {
    return RECORD.toJSON(this.#state);
  }

  /**
   * A model from what `toJSON` gave.
   *
   * @throws InvalidArgumentError naming the part that is missing or wrong
   */
  static fromJSON(json: unknown): SelfOrganizingMapModel {
    return new SelfOrganizingMapModel(RECORD.fromJSON(json));
  }

  #nearestTwo(method: string, points: Points | PointStream, options: ComputeOptions) {
    return withPlaced(this.placed, method, points, options, (session) =>
      session.run(nearestTwo, this.#state.centred, this.k, options.signal),
    );
  }
}

/** The mean distance of each unit's weights (units x d) to those of the units that touch it, [units]. */
export function distancesAround(
  grid: UnitGrid,
  { data, shape: [units, d] }: Centroids,
): Float32Array {
  return Float32Array.from({ length: units }, (_, unit) => {
    const around = grid.neighbours(unit);
    let sum = 0;
    for (const other of around) {
      let squares = 0;
      for (let j = 0; j < d; j++) squares += (data[unit * d + j] - data[other * d + j]) ** 2;
      sum += Math.sqrt(squares);
    }
    return sum / Math.max(1, around.length);
  });
}
