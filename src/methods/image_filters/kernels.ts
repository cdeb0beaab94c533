/** Filters by name, and as they are given. */
import { show } from '../../../host/show.js';
import { InvalidArgumentError, ShapeError } from '../../errors.js';
import type { Filter } from '../../ops/images/border.js';
import type { HostMatrix } from '../../rows/matrix.js';

/** The lectures' filters, which are equal to their own turn by half a circle. */
const NAMED = {
  identity: [
    [0, 0, 0],
    [0, 1, 0],
    [0, 0, 0],
  ],
  /** Edges that go down one diagonal and up the other. */
  edge1: [
    [1, 0, -1],
    [0, 0, 0],
    [-1, 0, 1],
  ],
  /** The Laplace operator of the four neighbours. */
  edge2: [
    [0, 1, 0],
    [1, -4, 1],
    [0, 1, 0],
  ],
  /** Of all eight neighbours, the other way round. */
  edge3: [
    [-1, -1, -1],
    [-1, 8, -1],
    [-1, -1, -1],
  ],
  sharpen: [
    [0, -1, 0],
    [-1, 5, -1],
    [0, -1, 0],
  ],
  box: [
    [1 / 9, 1 / 9, 1 / 9],
    [1 / 9, 1 / 9, 1 / 9],
    [1 / 9, 1 / 9, 1 / 9],
  ],
} as const satisfies Readonly<Record<string, readonly (readonly number[])[]>>;

export type FilterName = keyof typeof NAMED;

/** The filters that have a name, row by row. */
export const FILTER_KERNELS: Readonly<Record<FilterName, readonly (readonly number[])[]>> =
  Object.freeze(NAMED);

/** A filter w(s, t): rows of numbers, or a matrix. */
export type FilterMatrix = readonly ArrayLike<number>[] | HostMatrix;

/** @throws InvalidArgumentError, ShapeError */
export function filterOf(kernel: FilterName | FilterMatrix): Filter {
  if (typeof kernel === 'string') {
    if (Object.hasOwn(NAMED, kernel)) return ofRows(NAMED[kernel]);
    throw new InvalidArgumentError(
      'kernel',
      `kernel is ${show(kernel)}; the filters with a name are ${Object.keys(NAMED).join(', ')}: or give a matrix.`,
    );
  }
  if (Array.isArray(kernel)) return ofRows(kernel as readonly ArrayLike<number>[]);
  const given: Partial<HostMatrix> =
    typeof kernel === 'object' && (kernel as unknown) !== null ? (kernel as HostMatrix) : {};
  const { data, shape } = given;
  if (!data || !Array.isArray(shape) || shape.length !== 2) return refuse(show(kernel));
  const [rows, columns] = shape as [number, number];
  if (data.length !== rows * columns || data.length === 0) {
    throw new ShapeError(
      `kernel.data holds ${data.length} numbers, but shape [${rows}, ${columns}] needs ${rows * columns}.`,
    );
  }
  return checked({ weights: Float64Array.from(data), rows, columns });
}

function refuse(found: string): never {
  throw new InvalidArgumentError(
    'kernel',
    `kernel is ${found}; give rows of numbers, as in [[1, 0, -1]], { data, shape } or the name of a filter.`,
  );
}

function ofRows(given: readonly ArrayLike<number>[]): Filter {
  const first: unknown = given[0];
  if (typeof first !== 'object' || first === null || !('length' in first)) {
    return refuse(`an array that begins with ${show(first)}`);
  }
  const columns = given[0].length;
  const ragged = given.findIndex((row) => (row as Partial<typeof row> | null)?.length !== columns);
  if (columns === 0 || ragged >= 0) {
    throw new ShapeError(
      `kernel's rows must be of one length, one number at least: row ${Math.max(0, ragged)} is not.`,
    );
  }
  const weights = Float64Array.from(given.flatMap((row) => Array.from(row)));
  return checked({ weights, rows: given.length, columns });
}

function checked(filter: Filter): Filter {
  const { weights, columns } = filter;
  const wrong = weights.findIndex((weight) => !Number.isFinite(Math.fround(weight)));
  if (wrong < 0) return filter;
  throw new InvalidArgumentError(
    'kernel',
    `kernel[${Math.floor(wrong / columns)}][${wrong % columns}] is ${weights[wrong]}; weights must be finite float32 numbers.`,
  );
}
