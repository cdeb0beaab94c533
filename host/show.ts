/** Values as messages show them. */

/** Longer text is cut in messages. */
const MOST_SHOWN = 60;

/** Any value, for messages: never throws, never long. */
export function show(value: unknown): string {
  if (typeof value === 'string') {
    return value.length > MOST_SHOWN ? `'${value.slice(0, MOST_SHOWN)}...'` : `'${value}'`;
  }
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    if (Array.isArray(value)) return `an array of ${value.length}`;
    return Object.prototype.toString.call(value);
  } catch {
    return 'an object';
  }
}

/** A noun as it follows a count. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? one : many;
}
