/** What files of numbers begin with: told without loading what reads them. */
import { Buffer } from 'node:buffer';

export const NPY_MAGIC = Buffer.from('\x93NUMPY', 'latin1');
export const PARQUET_MAGIC = Buffer.from('PAR1', 'latin1');
/** Of files; streams begin otherwise. */
export const ARROW_MAGIC = 'ARROW1';
