/** What every algebra refuses, and the shapes of what it makes. */
import { InvalidArgumentError, ShapeError } from '../../errors.js';
import {
  type Epilogue,
  type Factor,
  FLAT_STEP,
  type Matrix,
  type ProductOptions,
  type Scales,
  type Shape,
  type Shrinkage,
  type Term,
  type TopOptions,
} from './algebra.js';

const roundUp = (value: number, step: number) => Math.ceil(value / step) * step;

const text = ({ rows, columns, count }: Shape) =>
  `${count === 1 ? '' : `${count} of `}${rows} x ${columns}`;

/** @throws ShapeError unless `matrix` is rows x columns, `count` of them where that is given */
export function refuseUnless(
  name: string,
  matrix: Shape,
  { rows, columns, count = matrix.count }: Omit<Shape, 'count'> & { readonly count?: number },
): void {
  if (matrix.rows === rows && matrix.columns === columns && matrix.count === count) return;
  throw new ShapeError(
    `${name} is ${text(matrix)}, but must be ${text({ rows, columns, count })}.`,
  );
}

export function refuseUnlike(name: string, matrix: Shape, like: Shape): void {
  refuseUnless(name, matrix, like);
}

/** @throws ShapeError unless the matrix is square, and one */
export function refuseNotSquare(name: string, matrix: Shape): void {
  refuseUnless(name, matrix, { rows: matrix.rows, columns: matrix.rows, count: 1 });
}

export function checkedShape(
  rows: number,
  columns: number,
  count: number,
  values?: ArrayLike<number>,
): Shape {
  for (const [name, size] of Object.entries({ rows, columns, count })) {
    if (Number.isInteger(size) && size > 0) continue;
    throw new InvalidArgumentError(
      name,
      `${name} of a matrix is ${size}; give a whole number above 0.`,
    );
  }
  const length = rows * columns * count;
  if (values && values.length !== length) {
    throw new ShapeError(
      `${values.length} numbers were given for a matrix of ${text({ rows, columns, count })}; it needs ${length}.`,
    );
  }
  return { rows, columns, count };
}

/** The shape of a part of a flat matrix. */
export function checkedPart(flat: Shape, first: number, rows: number, columns: number): Shape {
  const shape = checkedShape(rows, columns, 1);
  const end = first + rows * roundUp(columns, 4);
  if (first % FLAT_STEP !== 0 || end > flat.rows * flat.columns || flat.columns % 4 !== 0) {
    throw new ShapeError(
      `${text(shape)} from number ${first} on is no part of a matrix of ${text(flat)}; ` +
        `begin at a multiple of ${FLAT_STEP}, and end within it.`,
    );
  }
  return shape;
}

/** The shape of a band of a matrix. */
export function checkedBand(matrix: Shape, first: number, rows: number): Shape {
  const shape = checkedShape(rows, matrix.columns, 1);
  const isPlace = (first * roundUp(matrix.columns, 4)) % FLAT_STEP === 0;
  if (matrix.count !== 1 || first + rows > matrix.rows || !isPlace) {
    throw new ShapeError(
      `${rows} rows from row ${first} on are no band of a matrix of ${text(matrix)}; ` +
        `begin where a multiple of ${FLAT_STEP} numbers stands before, and end within it.`,
    );
  }
  return shape;
}

/** What `product` makes, and the length of its sums. */
export function productShape(
  a: Shape,
  b: Shape,
  { transposeA = false, transposeB = false, into, bias }: ProductOptions,
): Shape & { readonly inner: number } {
  const [rows, inner] = transposeA ? [a.columns, a.rows] : [a.rows, a.columns];
  const [columns, other] = transposeB ? [b.rows, b.columns] : [b.columns, b.rows];
  const count = Math.max(a.count, b.count);
  if (inner !== other || [a, b].some((one) => one.count !== count && one.count !== 1)) {
    throw new ShapeError(
      `a matrix of ${text(a)}${transposeA ? ', transposed,' : ''} cannot be multiplied by one of ` +
        `${text(b)}${transposeB ? ', transposed' : ''}: the sums' lengths are ${inner} and ${other}.`,
    );
  }
  const shape = { rows, columns, count };
  if (into) refuseUnlike('into', into, shape);
  refuseBias(bias, columns);
  return { ...shape, inner };
}

function refuseBias(bias: Matrix | undefined, columns: number): void {
  if (bias) refuseUnless('bias', bias, { rows: 1, columns, count: 1 });
}

export function combinedShape(
  terms: readonly Term[],
  { bias, into }: Epilogue & { readonly into?: Matrix | undefined },
): Shape {
  if (terms.length < 1 || terms.length > MOST_TERMS) {
    throw new InvalidArgumentError(
      'terms',
      `${terms.length} terms were given; give 1 to ${MOST_TERMS}.`,
    );
  }
  const [[, { rows, columns, count }]] = terms;
  const shape = { rows, columns, count };
  terms.forEach(([, matrix], t) => {
    refuseUnlike(`term ${t}`, matrix, shape);
  });
  if (into) refuseUnlike('into', into, shape);
  refuseBias(bias, columns);
  return shape;
}

export const MOST_TERMS = 3;

export function refuseShrinkage({ solution, sparse, multipliers, gap }: Shrinkage): void {
  refuseUnlike('sparse', sparse, solution);
  refuseUnlike('multipliers', multipliers, solution);
  refuseUnless('gap', gap, { rows: 1, columns: 1, count: 1 });
}

export function refuseScales({ rows, columns, ...a }: Shape, by: Scales): void {
  if (by.rows) refuseUnless('by.rows', by.rows, { rows: 1, columns: rows, count: 1 });
  if (by.columns) refuseUnless('by.columns', by.columns, { rows: 1, columns, count: 1 });
  if (by.into) refuseUnless('into', by.into, { rows, columns, ...a });
}

export function refuseRightSides({ lower }: Factor, b: Matrix): void {
  refuseUnless('the right side', b, { rows: lower.rows, columns: b.columns, count: 1 });
}

/** @throws ShapeError, InvalidArgumentError */
export function checkTop(x: Shape, r: Shape, { k = 1, exclude = new Uint32Array() }: TopOptions) {
  refuseUnless('the rows to find', x, { ...x, columns: r.columns, count: 1 });
  refuseUnless('the rows to find for', r, { ...r, count: 1 });
  if (!Number.isInteger(k) || k < 1) {
    throw new InvalidArgumentError('k', `k is ${k}; give a whole number above 0.`);
  }
  const excluded = exclude.length / r.rows;
  if (!Number.isInteger(excluded)) {
    throw new ShapeError(
      `${exclude.length} rows are excluded, as many for each of ${r.rows} rows; give a multiple of that.`,
    );
  }
  return { k, exclude, excluded };
}
