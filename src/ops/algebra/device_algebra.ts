/** Dense linear algebra on a device, in float32. */
import { ceilDiv } from '../../../host/plan.js';
import type { Runtime } from '../../../host/runtime.js';
import { Workspace } from '../../../host/workspace.js';
import lineSumsKernel from '../../../shaders/algebra/line_sums.wgsl';
import residualKernel from '../../../shaders/algebra/residual.wgsl';
import scaleKernel from '../../../shaders/algebra/scale.wgsl';
import shrinkKernel from '../../../shaders/algebra/shrink.wgsl';
import turnKernel from '../../../shaders/algebra/turn.wgsl';
import { ClusteringError } from '../../errors.js';
import { padColumns, unpadColumns } from '../../rows/device_points.js';
import { engineName } from '../engine_name.js';
import { paceKeeper } from '../pace_keeper.js';
import type { Algebra, Factor, Matrix, Shape, Summed } from './algebra.js';
import {
  checkedBand,
  checkedPart,
  checkedShape,
  checkTop,
  combinedShape,
  productShape,
  refuseNotSquare,
  refuseRightSides,
  refuseScales,
  refuseShrinkage,
} from './checks.js';
import type { Desk, Workbench } from './desk.js';
import { combine, runOver } from './device_elementwise.js';
import { type DeviceFactor, factorize, solveInPlace } from './device_factor.js';
import { bufferOf, DeviceMatrix, matrixBytes, placeOf, viewOf } from './device_matrix.js';
import { multiply } from './device_product.js';
import { gathered } from './gathered.js';
import { createSender } from './sender.js';
import { topProducts } from './top_products.js';

const RUN = Number(lineSumsKernel.constants.RUN);
const along = (name: string) => Number(lineSumsKernel.constants[name]);
const OF: Readonly<Record<Summed, number>> = {
  values: along('VALUES'),
  squares: along('SQUARES'),
  magnitudes: along('MAGNITUDES'),
  largest: along('LARGEST'),
};
/** Multiply-adds that a loaded vec4 is worth, and a term of sums that hardly round. */
const LOAD_WORK = 8;
const PRECISE_WORK = 56;

function refuseInRecording(): never {
  throw new ClusteringError(
    'recording',
    'What waits for the device, or writes to it, cannot be recorded.',
  );
}

/** @param signal once aborted, whatever waits for the device rejects with its reason */
export async function deviceAlgebra(runtime: Runtime, signal?: AbortSignal): Promise<Algebra> {
  const workspace = new Workspace(runtime, 'linear algebra', signal);
  const { unread } = await workspace.allocate({ unread: 16 });
  const bench = gathered(workspace);
  bench.run('clear', (recording) => recording.clear(unread));
  // While calls are recorded, where they go.
  let recorder: Workbench | undefined;
  const desk: Desk = {
    get workspace() {
      return recorder ?? bench;
    },
    unread,
  };
  const send = createSender(workspace);
  const observe = paceKeeper(runtime);
  let work = 0;
  const waited = () => {
    observe(work);
    work = 0;
  };

  const make = async (shape: Shape): Promise<DeviceMatrix> => {
    const { matrix } = await workspace.allocate({ matrix: matrixBytes(shape) });
    return new DeviceMatrix(shape, matrix);
  };
  const cleared = async (shape: Shape) => {
    const matrix = await make(shape);
    bench.run('clear', (recording) => recording.clear(placeOf(matrix).buffer));
    return matrix;
  };
  const upload = (matrix: Matrix, values: ArrayLike<number>) => {
    const { rows, columns, count } = matrix;
    const { buffer, offset } = placeOf(matrix);
    desk.workspace.upload(buffer, padColumns(values, rows * count, columns), offset);
  };
  const copied = async (matrix: Matrix) => {
    const { buffer, offset, size } = placeOf(matrix);
    const copy = await make(matrix);
    desk.workspace.run('copy', (recording) =>
      recording.copy(buffer, offset, placeOf(copy).buffer, 0, size),
    );
    return copy;
  };
  const ownFactor = (factor: Factor): DeviceFactor => {
    if ('inverses' in factor) return factor as DeviceFactor;
    throw new ClusteringError('disposed', 'This factor lies on another engine.');
  };
  const solved = async (factor: DeviceFactor, rightSides: Matrix) => {
    const x = await copied(rightSides);
    await solveInPlace(desk, factor, x, false);
    await solveInPlace(desk, factor, x, true);
    work += factor.lower.rows ** 2 * x.columns;
    return x;
  };

  const algebra: Algebra = {
    description: engineName(runtime),
    rounding: 2 ** -24,

    async matrix(rows, columns, values, count = 1) {
      const shape = checkedShape(rows, columns, count, values);
      if (!values) return cleared(shape);
      const matrix = await make(shape);
      upload(matrix, values);
      return matrix;
    },
    async read(matrix) {
      const { rows, columns, count } = matrix;
      const { buffer, offset, size } = placeOf(matrix);
      const bytes = await bench.read(buffer, offset, size);
      waited();
      const padded = new Float32Array(bytes);
      return columns % 4 === 0 ? padded : unpadColumns(padded, rows * count, columns);
    },
    write(matrix, values) {
      checkedShape(matrix.rows, matrix.columns, matrix.count, values);
      upload(matrix, values);
    },

    async product(a, b, options = {}) {
      const { transposeA = false, transposeB = false, alpha = 1, beta = 0 } = options;
      const { inner, ...shape } = productShape(a, b, options);
      const result = options.into ?? (await make(shape));
      // A stack times one matrix is one tall matrix times it.
      const tall = b.count === 1 && !transposeA && !options.zeroDiagonal;
      const sizes = tall ? { ...shape, rows: shape.rows * shape.count, count: 1 } : shape;
      await multiply(desk, {
        ...{ ...options, ...sizes, inner, transposeA, transposeB, alpha, beta },
        ...{ a: viewOf(a), b: viewOf(b), into: viewOf(result) },
      });
      work += shape.rows * shape.columns * shape.count * inner;
      return result;
    },
    async gram(a, { transposeA = false, alpha = 1, beta = 0, into } = {}) {
      const options = { transposeA, transposeB: !transposeA, into };
      const { inner, ...shape } = productShape(a, a, options);
      const result = into ?? (await make(shape));
      const view = viewOf(a);
      await multiply(desk, {
        ...{ ...shape, inner, transposeA, transposeB: !transposeA, alpha, beta },
        ...{ a: view, b: view, into: viewOf(result), triangle: 'mirrored' },
      });
      work += (shape.rows * shape.columns * shape.count * inner) / 2;
      return result;
    },

    async cholesky(a) {
      refuseNotSquare('a matrix to factor', a);
      const lower = await make(a);
      work += a.rows ** 3 / 6;
      try {
        return await factorize(desk, a, lower);
      } catch (error) {
        algebra.free(lower);
        throw error;
      } finally {
        waited();
      }
    },
    async solve(factor, b, { refine = 0 } = {}) {
      refuseRightSides(factor, b);
      const own = ownFactor(factor);
      const x = await solved(own, b);
      const { rows, columns } = x;
      const quads = ceilDiv(columns, 4);
      for (let step = 0; step < refine; step++) {
        const residual = await make(x);
        await runOver(
          ...([desk, residualKernel, {}, { rows, inner: rows, quads, nothing: 0 }] as const),
          {
            ...{ a: bufferOf(factor.of), x: bufferOf(x) },
            ...{ b: bufferOf(b), residual: bufferOf(residual) },
          },
          rows * quads,
          PRECISE_WORK * rows,
        );
        const correction = await solved(own, residual);
        await combine(desk, {
          ...{ terms: [[1, viewOf(correction)]], own: 1, into: viewOf(x), rows, columns },
        });
        algebra.free(residual, correction);
      }
      return x;
    },
    async solveLower(factor, b, { transpose = false } = {}) {
      refuseRightSides(factor, b);
      const x = await copied(b);
      await solveInPlace(desk, ownFactor(factor), x, transpose);
      work += (factor.lower.rows ** 2 * x.columns) / 2;
      return x;
    },
    async inverse(factor, options) {
      const { rows, columns } = factor.lower;
      const identity = await make(factor.lower);
      await combine(desk, { terms: [], diagonal: 1, into: viewOf(identity), rows, columns });
      const inverse = await algebra.solve(factor, identity, options);
      algebra.free(identity);
      return inverse;
    },

    async combine(terms, options = {}) {
      const shape = combinedShape(terms, options);
      const result = options.into ?? (await make(shape));
      const { diagonal = 0 } = options;
      const others = terms.filter(([, matrix]) => matrix !== result);
      const own = terms.reduce((sum, [factor, m]) => (m === result ? sum + factor : sum), 0);
      await combine(desk, {
        ...{ ...options, ...shape, own, diagonal, into: viewOf(result) },
        terms: others.map(([factor, matrix]) => [factor, viewOf(matrix)] as const),
      });
      return result;
    },
    async shrink(step) {
      refuseShrinkage(step);
      const { solution, sparse, multipliers, gap, penalty, zeroDiagonal = false } = step;
      const { softThreshold = 1 / penalty } = step;
      const { rows, columns, count } = solution;
      const all_rows = rows * count;
      const { buffer: held } = placeOf(gap);
      desk.workspace.run('clear', (recording) => recording.clear(held));
      await runOver(
        desk,
        shrinkKernel,
        {},
        {
          ...{ all_rows, rows, columns, penalty, threshold: softThreshold },
          zero_diagonal: zeroDiagonal ? 1 : 0,
        },
        {
          ...{ z: bufferOf(solution), c: bufferOf(sparse) },
          ...{ multipliers: bufferOf(multipliers), gap: held },
        },
        all_rows * ceilDiv(columns, 4),
      );
    },
    async scale(a, by) {
      refuseScales(a, by);
      const { rows, columns, count } = a;
      const result = by.into ?? (await make({ rows, columns, count }));
      const quads = ceilDiv(columns, 4);
      const inPlace = result === a;
      await runOver(
        desk,
        scaleKernel,
        { BY_ROWS: !!by.rows, BY_COLUMNS: !!by.columns, IN_PLACE: inPlace },
        { all_rows: rows * count, rows, quads },
        {
          x: inPlace ? unread : bufferOf(a),
          by_rows: by.rows ? bufferOf(by.rows) : unread,
          by_columns: by.columns ? bufferOf(by.columns) : unread,
          c: bufferOf(result),
        },
        rows * count * quads,
      );
      return result;
    },
    sums: (a, over, of = 'values') =>
      over === 'rows' ? lineSums(a, 'ROWS', of) : columnSums(a, of),
    diagonal: (a) => lineSums(a, 'DIAGONAL', 'values'),
    async transpose(a) {
      const { rows, columns, count: items } = a;
      const result = await make({ rows: columns, columns: rows, count: items });
      await runOver(
        ...([desk, turnKernel, {}, { items, rows, columns }] as const),
        { x: bufferOf(a), c: bufferOf(result) },
        items * ceilDiv(rows, 4) * ceilDiv(columns, 4),
      );
      return result;
    },

    async topProducts(x, r, options = {}) {
      const checked = checkTop(x, r, options);
      const found = await topProducts(desk, x, r, checked, signal);
      work += x.rows * r.rows * x.columns;
      waited();
      return found;
    },
    run: (op, ...given) => op.device({ desk, make }, ...given),

    perform: (op, given) => op.device(desk, given),
    async record(build) {
      const recording = workspace.record('recorded');
      const held: GPUBuffer[] = [];
      const before = work;
      recorder = {
        runtime,
        run(_, add) {
          add(recording);
        },
        // What a recording uses belongs to it.
        async allocate(sizes) {
          const made = await workspace.allocate(sizes);
          held.push(...Object.values<GPUBuffer>(made));
          return made;
        },
        release(...buffers) {
          held.push(...buffers);
        },
        upload: refuseInRecording,
        read: refuseInRecording,
      };
      try {
        await build();
      } finally {
        recorder = undefined;
      }
      const each = work - before;
      work = before;
      return {
        async repeat(times) {
          bench.send();
          await send(recording, times);
          work += each * times;
        },
        free() {
          recording.release();
          workspace.release(...held);
        },
      };
    },
    part(flat, first, rows, columns) {
      const { buffer, offset } = placeOf(flat);
      return new DeviceMatrix(checkedPart(flat, first, rows, columns), buffer, offset + 4 * first);
    },
    band(matrix, first, rows) {
      const { buffer, offset } = placeOf(matrix);
      const from = offset + 16 * ceilDiv(matrix.columns, 4) * first;
      return new DeviceMatrix(checkedBand(matrix, first, rows), buffer, from);
    },

    free(...matrices) {
      for (const one of matrices) {
        if ('inverses' in one) desk.workspace.release((one as DeviceFactor).inverses);
        const matrix = 'lower' in one ? one.lower : one;
        if (!(matrix instanceof DeviceMatrix) || !matrix.buffer) continue;
        if (matrix.offset === undefined) desk.workspace.release(matrix.buffer);
        matrix.buffer = undefined;
      }
    },
    dispose() {
      workspace.dispose();
    },
  };

  /** Over each row, or of the diagonal. */
  async function lineSums(a: Matrix, name: 'ROWS' | 'DIAGONAL', of: Summed): Promise<Matrix> {
    const { rows: all, columns, count } = a;
    const rows = name === 'ROWS' ? all : Math.min(all, columns);
    const result = await make({ rows: 1, columns: rows, count });
    await runLines(a, name, of, rows, result, ceilDiv(rows, 4));
    return result;
  }

  /** Over runs of rows, then over those of their sums. */
  async function columnSums(a: Matrix, of: Summed): Promise<Matrix> {
    const runs = ceilDiv(a.rows, RUN);
    const { columns, count } = a;
    const result = await make({ rows: runs, columns, count });
    await runLines(a, 'COLUMNS', of, a.rows, result, runs * ceilDiv(columns, 4));
    if (runs === 1) return result;
    const whole = await columnSums(result, of === 'largest' ? 'largest' : 'values');
    algebra.free(result);
    return whole;
  }

  async function runLines(
    a: Matrix,
    name: 'ROWS' | 'DIAGONAL' | 'COLUMNS',
    of: Summed,
    rows: number,
    result: Matrix,
    invocations: number,
  ): Promise<void> {
    const quads = ceilDiv(a.columns, 4);
    await runOver(
      ...([desk, lineSumsKernel, { ALONG: along(name), OF: OF[of] }] as const),
      { items: a.count, all_rows: a.rows, rows, quads },
      { x: bufferOf(a), sums: bufferOf(result) },
      a.count * invocations,
      LOAD_WORK * (name === 'COLUMNS' ? RUN : 4 * quads),
    );
  }

  return algebra;
}
