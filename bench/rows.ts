/** From measurements to rows that compare: ratios, checks of the results, shares of the ceiling. */
import type { Ceiling } from './ceiling.js';
import { OURS } from './contenders/registry.js';
import type { Tuned } from './contenders/contender.js';
import type { Measured } from './measure.js';
import { shareOfCeiling } from './roofline.js';
import type { WorkloadShape } from './workload.js';

/** One contender's figures, its results already turned into their worth in float64. */
export interface Measurement {
  readonly workload: WorkloadShape;
  readonly contender: string;
  /** The driver, the browser, or 'cpu'. */
  readonly on: string;
  readonly figures: Measured;
  /** Of the compared result: inertia, mean log-likelihood, or the residual. */
  readonly objective?: number;
  /** What it ought to be after as many iterations. */
  readonly reference?: number;
  /** Of the whole fit's result. */
  readonly wholeFitObjective?: number;
  readonly problem?: string;
}

/** Milliseconds beside ours on a driver: above 1 ours is faster. */
export type Ratios = Readonly<Record<string, number>>;

export interface Row {
  readonly workload: string;
  readonly title: string;
  readonly contender: string;
  readonly on: string;
  readonly iteration?: number;
  readonly ratios: Ratios;
  readonly deviceIteration?: number;
  readonly endToEnd?: number;
  /** What the first run takes longer than later ones. */
  readonly compilation?: number;
  readonly seeding?: number;
  readonly wholeFit?: number;
  readonly wholeFitIterations?: number;
  readonly wholeFitRatios: Ratios;
  readonly shareOfCeiling?: number;
  readonly deviceBytes?: number;
  /** The objective's relative distance from the reference. */
  readonly difference?: number;
  readonly tuned?: Tuned;
  readonly isWrong: boolean;
  readonly notes: readonly string[];
}

/** Beyond this relative distance a result is wrong, and its time is not compared. */
export const WRONG_DIFFERENCE = 1e-3;
/** Beyond this one it is told. */
const TOLD_DIFFERENCE = 1e-5;
/** Ours is measured before and after the others; a larger change of it is told. */
const TOLD_DRIFT = 0.15;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const given = <K extends string>(key: K, value: number | undefined) =>
  (value === undefined ? {} : { [key]: value }) as Partial<Record<K, number>>;

/** |value / reference - 1|; infinite where the value is no number. */
export function relativeDifference(value: number, reference: number): number {
  const difference = Math.abs(value / reference - 1);
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
}

function isWrong({ objective, reference }: Measurement): boolean {
  if (objective === undefined || reference === undefined) return false;
  return !(relativeDifference(objective, reference) <= WRONG_DIFFERENCE);
}

/** Our times on each driver, of one workload. */
type Baseline = ReadonlyMap<string, readonly Measurement[]>;

function baselineOf(measurements: readonly Measurement[]): Baseline {
  const baseline = new Map<string, Measurement[]>();
  for (const measurement of measurements) {
    if (measurement.contender !== OURS || isWrong(measurement)) continue;
    baseline.set(measurement.on, [...(baseline.get(measurement.on) ?? []), measurement]);
  }
  return baseline;
}

/** Beside ours: on its own driver, or where it uses none beside every one of ours. */
function ratiosOf(
  { contender, on }: Measurement,
  baseline: Baseline,
  timeOf: (figures: Measured) => number | undefined,
  own: number | undefined,
): Ratios {
  if (contender === OURS || own === undefined) return {};
  const ratios: Record<string, number> = {};
  for (const [driver, ours] of baseline) {
    if (on !== 'cpu' && on !== driver) continue;
    const times = ours.flatMap(({ figures }) => timeOf(figures) ?? []);
    if (times.length > 0) ratios[driver] = own / mean(times);
  }
  return ratios;
}

/** What tuning won over the default kernel, and what it cost to know. */
function tuningNote({ winner, default: usual, won, cost, compilation, unmeasured }: Tuned): string {
  const left = unmeasured > 0 ? `, ${unmeasured} candidates not measured` : '';
  const race = `race ${Math.round(cost)} ms, ${Math.round(compilation)} of them compiling${left}`;
  return winner === usual
    ? `tuning kept ${usual} (${race})`
    : `tuning won ${won.toFixed(2)}x: ${winner} over ${usual} (${race})`;
}

function notesOf(measurement: Measurement, baseline: Baseline): string[] {
  const { contender, on, figures, objective, reference, wholeFitObjective, problem } = measurement;
  const notes: string[] = [];
  if (isWrong(measurement)) notes.push('wrong result');
  else if (objective !== undefined && reference !== undefined) {
    const difference = relativeDifference(objective, reference);
    if (difference > TOLD_DIFFERENCE) notes.push(`objective off by ${difference.toExponential(1)}`);
  }
  if (problem !== undefined) notes.push(problem);
  if (figures.tuned) notes.push(tuningNote(figures.tuned));
  if (figures.iteration !== undefined && figures.samples === 1) notes.push('one sample');
  const ours = baseline.get(on) ?? [...baseline.values()].at(0) ?? [];
  if (contender === OURS && ours.length > 1) {
    const [before, after] = ours.map((other) => other.figures.iteration ?? Number.NaN);
    const drift = after / before - 1;
    if (Math.abs(drift) > TOLD_DRIFT) notes.push(`afterwards ${(100 * drift).toFixed(0)} %`);
  }
  const oursFit = ours.at(0)?.wholeFitObjective;
  if (contender !== OURS && wholeFitObjective !== undefined && oursFit !== undefined) {
    const difference = relativeDifference(wholeFitObjective, oursFit);
    if (difference > TOLD_DIFFERENCE) {
      notes.push(`whole fit's objective ${(wholeFitObjective / oursFit).toFixed(5)} of ours`);
    }
  }
  return notes;
}

/**
 * A row for each contender, workload and driver, in the order of the measurements. Measurements of
 * ours beyond the first of a driver count in the ratios only.
 *
 * @param ceilings by driver; a row that uses no driver is held to the first
 */
export function buildRows(
  measurements: readonly Measurement[],
  ceilings: Readonly<Record<string, Ceiling>>,
): Row[] {
  const seen = new Set<string>();
  return measurements.flatMap((measurement) => {
    const { workload, contender, on, figures, objective, reference } = measurement;
    const key = [workload.name, contender, on].join(' ');
    if (seen.has(key)) return [];
    seen.add(key);
    const baseline = baselineOf(measurements.filter((m) => m.workload.name === workload.name));
    const wrong = isWrong(measurement);
    const { first, warm, iteration, deviceIteration, endToEnd, seeding, wholeFit, deviceBytes } =
      figures;
    const ceiling = (ceilings[on] ?? Object.values(ceilings).at(0)) as Ceiling | undefined;
    const compare = (timeOf: (figures: Measured) => number | undefined) =>
      wrong ? {} : ratiosOf(measurement, baseline, timeOf, timeOf(figures));
    const row: Row = {
      workload: workload.name,
      title: workload.title,
      contender,
      on,
      ...given('iteration', iteration),
      ratios: compare((times) => times.iteration),
      ...given('deviceIteration', deviceIteration),
      ...given('endToEnd', endToEnd),
      ...given(
        'compilation',
        first !== undefined && warm !== undefined ? Math.max(0, first - warm) : undefined,
      ),
      ...given('seeding', seeding),
      ...given('wholeFit', wholeFit?.milliseconds),
      ...given('wholeFitIterations', wholeFit?.iterations),
      wholeFitRatios: compare((times) => times.wholeFit?.milliseconds),
      ...given(
        'shareOfCeiling',
        iteration !== undefined && ceiling && !wrong
          ? shareOfCeiling(workload, iteration, ceiling)
          : undefined,
      ),
      ...given('deviceBytes', deviceBytes),
      ...given(
        'difference',
        objective !== undefined && reference !== undefined
          ? relativeDifference(objective, reference)
          : undefined,
      ),
      ...(figures.tuned && { tuned: figures.tuned }),
      isWrong: wrong,
      notes: notesOf(measurement, baseline),
    };
    return [row];
  });
}
