/**
 * Operations over rows. A method is written once over these and runs where the rows lie: on a device, or in
 * float64 on the host.
 *
 * Rows are held *centred*: a row x of the caller's data as float32(x - shift), for 'cosine' as
 * float32(x / |x| - shift). Centroids cross into ops in those coordinates, so that predicting with a fitted
 * model repeats the fit's arithmetic bit for bit.
 */
import type { Workspace } from '../../host/workspace.js';
import type { DevicePoints } from '../rows/rows.js';
import type { LoadOptions, Metric, PointSource } from '../rows/load_options.js';
import type { RowWeights } from '../rows/weights.js';

/** Rows on a device. They are held multiplied by their `scale`; what an op is given and returns is not. */
export interface DeviceRows {
  readonly workspace: Workspace;
  readonly points: DevicePoints;
  readonly weights: RowWeights;
  readonly metric: Metric;
}

/** Rows on the host. */
export interface HostRows {
  /** n x d, row-major. */
  readonly x: Float32Array;
  readonly n: number;
  readonly d: number;
  /** One weight >= 0 a row, [n]. */
  readonly weights: Float32Array;
  readonly metric: Metric;
  /** What the rows are less of, [d]. */
  readonly shift: Float64Array;
}

/** What a method may ask of rows, wherever they lie. */
export interface Op<Given extends readonly unknown[], Result> {
  readonly device: (rows: DeviceRows, ...given: Given) => Promise<Result>;
  /** Loads the same in float64: a page with a GPU never does. */
  readonly twin: () => Promise<(rows: HostRows, ...given: Given) => Promise<Result>>;
}

/** A way to hold rows: see SessionOptions. */
export interface Hold {
  readonly onDevice: (
    workspace: Workspace,
    source: PointSource,
    options: LoadOptions,
  ) => Promise<DevicePoints>;
  /** Throws InvalidArgumentError where a device takes no rows of such a largest magnitude. */
  readonly refuse?: (options: LoadOptions) => (largest: number) => void;
}

export interface SessionOptions extends LoadOptions {
  /** For ops that want rows held as others do not. On the host they are then float32(row - shift). */
  readonly hold?: Hold;
}

/** Rows loaded on one engine. Ops may run on them until `dispose`. */
export interface Session {
  readonly shape: readonly [rows: number, columns: number];
  /** What was subtracted from every row, [d]. */
  readonly shift: Float64Array;
  /** A power of two that rows are held at; for 'float16' that of LoadOptions. */
  readonly scale: number;
  /** What a sum may lose by rounding, relative to its largest terms; 0 where rows themselves lost more. */
  readonly rounding: number;
  run<Given extends readonly unknown[], Result>(
    op: Op<Given, Result>,
    ...given: Given
  ): Promise<Result>;
  dispose(): void;
}

/** Where rows are loaded. */
export interface Engine {
  /** For people: the adapter's name, or 'cpu'. */
  readonly description: string;
  load(points: PointSource, options: SessionOptions): Promise<Session>;
}
