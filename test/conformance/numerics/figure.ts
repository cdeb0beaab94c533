/** What one fit is judged by: numbers beside those of float64, and rules that were broken. */
import type { NumericsKind } from '../../golden/index.js';
import type { ConformanceContext } from '../case.js';

/** A number of a model beside the same from float64. */
export interface Figure {
  readonly method: string;
  readonly quantity: string;
  readonly float64: number;
  readonly found: number;
  readonly difference: number;
  /** What `difference` is: a part of the float64 value, or as it stands. */
  readonly measure: 'relative' | 'absolute';
  readonly tolerance: number;
  /** Why this much, and no less, is right. */
  readonly because: string;
}

/** What a method did on a kind of data. */
export interface Findings {
  readonly figures: readonly Figure[];
  /** Rules that hold without a number to compare, and do not here; in words. */
  readonly faults: readonly string[];
}

/** What a fit needs to know: where to run, and how to hear its warnings. */
export type Place = Pick<ConformanceContext, 'library' | 'runtime' | 'takeWarnings'>;

export type Method = (place: Place, kind: NumericsKind) => Promise<Findings>;

type Named = Pick<Figure, 'method' | 'quantity' | 'tolerance' | 'because'>;

/** Compared as a part of the float64 value. */
export function relative(named: Named, found: number, float64: number): Figure {
  const difference = found === float64 ? 0 : Math.abs(found - float64) / Math.abs(float64);
  return { ...named, float64, found, difference, measure: 'relative' };
}

/** Compared as it stands. */
export function absolute(named: Named, found: number, float64: number): Figure {
  return { ...named, float64, found, difference: Math.abs(found - float64), measure: 'absolute' };
}

/** False for NaN and infinity, too. */
export const holds = ({ difference, tolerance }: Figure): boolean => difference <= tolerance;

/** No figure is off and no rule is broken. */
export const isSound = ({ figures, faults }: Findings): boolean =>
  figures.every(holds) && faults.length === 0;

/** Findings in the making. */
export class Ledger implements Findings {
  readonly figures: Figure[] = [];
  readonly faults: string[] = [];

  /** Notes a fault unless `condition` is true. */
  expect(condition: boolean, fault: string): void {
    if (!condition) this.faults.push(fault);
  }

  /** Runs a part of the work; an error in it is a fault, and the other parts go on. */
  async part(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.faults.push(`${what}: ${String(error)}`);
    }
  }
}
