/** What the values that Parquet stores stand for. */
import type { SchemaElement } from 'hyparquet';

const PER_MILLISECOND: Readonly<Record<string, number>> = { MILLIS: 1, MICROS: 1e3, NANOS: 1e6 };
const MILLISECONDS_PER_DAY = 86_400_000;
/** Beyond that a Date is none. */
const LAST_DATE = 8.64e15;

/** What a value says as text: dates and times as ISO 8601 has them, in UTC. */
export function textReader(element: SchemaElement): (value: number | bigint | string) => string {
  const { logical_type: logical, converted_type: converted } = element;
  const unit =
    logical?.type === 'TIMESTAMP' ? logical.unit : /^TIMESTAMP_(\w+)$/.exec(converted ?? '')?.[1];
  const isDate = logical?.type === 'DATE' || converted === 'DATE';
  if (unit !== undefined || isDate) {
    return (value) => {
      const time = Number(value) * (isDate ? MILLISECONDS_PER_DAY : 1 / PER_MILLISECOND[unit!]);
      if (!(Math.abs(time) <= LAST_DATE)) return String(value);
      return new Date(time).toISOString().replace(/T00:00:00\.000Z$/, '');
    };
  }
  const numberOf = numberReader(element);
  return (value) => (typeof value === 'string' ? value : String(numberOf(value)));
}

/** The number that a stored value stands for; a whole one that float64 cannot hold stays a bigint. */
export function numberReader({
  logical_type: logical,
  converted_type: converted,
  scale,
}: SchemaElement): (value: number | bigint) => number | bigint {
  const unsigned =
    converted?.startsWith('UINT_') === true || (logical?.type === 'INTEGER' && !logical.isSigned);
  const divisor = 10 ** ((logical?.type === 'DECIMAL' ? logical.scale : scale) ?? 0);
  return (value) => {
    const exact = unsigned ? toUnsigned(value) : value;
    const number = Number(exact);
    return typeof exact === 'bigint' && !Number.isSafeInteger(number) ? exact : number / divisor;
  };
}

/** Parquet keeps unsigned integers as the signed ones of the same bits. */
function toUnsigned(value: number | bigint): number | bigint {
  return typeof value === 'bigint' ? BigInt.asUintN(64, value) : value >>> 0;
}
