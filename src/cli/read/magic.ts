/** What files of numbers begin with, byte by byte: told without loading what reads them. */
export const NPY_MAGIC = '\x93NUMPY';
export const PARQUET_MAGIC = 'PAR1';
/** Of files; streams begin otherwise. */
export const ARROW_MAGIC = 'ARROW1';

/** Whether these bytes begin so. */
export const beginsWith = (bytes: Buffer, magic: string): boolean =>
  bytes.toString('latin1', 0, magic.length) === magic;
