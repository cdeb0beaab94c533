/** What is kept of one adapter and kernel, as text. */

/** A race, or several that took up where the one before had stopped. */
export interface Race {
  readonly winner: string;
  /** Milliseconds of those that were measured, the winner among them. */
  readonly times: Readonly<Record<string, number>>;
  readonly rejected: readonly string[];
  readonly cost: number;
  readonly compilation: number;
}

export interface TuningRecord {
  /** The longest that a candidate took to compile and run once, in milliseconds; 0 where none was watched. */
  slowest: number;
  /** By class of work. */
  readonly races: Record<string, Race>;
}

const isDuration = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isRace(value: unknown): value is Race {
  if (!isObject(value) || !isObject(value.times) || !Array.isArray(value.rejected)) return false;
  const { winner, times, rejected, cost, compilation } = value;
  return (
    typeof winner === 'string' &&
    Object.hasOwn(times, winner) &&
    Object.values(times).every((time) => isDuration(time) && time > 0) &&
    rejected.every((name) => typeof name === 'string') &&
    isDuration(cost) &&
    isDuration(compilation)
  );
}

/** The record that a text holds; an empty one where it was damaged or is somebody else's. */
export function parseRecord(text: string | undefined): TuningRecord {
  const record: TuningRecord = { slowest: 0, races: {} };
  try {
    const kept: unknown = JSON.parse(text ?? '{}');
    if (!isObject(kept)) return record;
    if (isDuration(kept.slowest)) record.slowest = kept.slowest;
    for (const [shape, race] of Object.entries(isObject(kept.races) ? kept.races : {})) {
      if (isRace(race)) record.races[shape] = race;
    }
  } catch {
    // Not even JSON.
  }
  return record;
}
