/** Classes and clusters by any names. */

/**
 * Numbers the classes that cells name from 0 on, as they first occur; numbers are one class however they
 * are written (1, 1.0).
 *
 * @returns the number of a cell's class; NaN where the cell is empty or neither text nor a number
 */
export function classNumbers(): (cell: unknown) => number {
  const known = new Map<string | number, number>();
  return (cell) => {
    if (typeof cell !== 'string' && typeof cell !== 'number') return Number.NaN;
    const text = String(cell).trim();
    if (text === '') return Number.NaN;
    const value = Number(text);
    const name = Number.isNaN(value) ? text : value;
    const number = known.get(name) ?? known.size;
    known.set(name, number);
    return number;
  };
}
