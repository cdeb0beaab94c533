/** How much work to put into one dispatch: measured, so that each stays short on this device. */

/** A dispatch aims at this many milliseconds: far below a watchdog, and a page stays alive. */
const DISPATCH_MS = 50;
/**
 * Multiply-adds a millisecond assumed before anything was measured: about half of what SwiftShader
 * on two cores did (2.5e6), the slowest device seen.
 */
const FIRST_RATE = 1e6;

/** Keeps the rate at which a device works, in multiply-adds a millisecond. */
export class Pace {
  #rate = FIRST_RATE;
  /** Multiply-adds a millisecond, where that was measured. */
  measured: number | undefined;

  /** Takes a measurement into account: `work` multiply-adds took `milliseconds`. */
  observe(work: number, milliseconds: number): void {
    if (work > 0 && milliseconds > 0) this.measured = this.#rate = work / milliseconds;
  }

  /** As `observe`, where the device proves faster than assumed: for times that may hold some waiting. */
  observeAtLeast(work: number, milliseconds: number): void {
    if (work > this.#rate * milliseconds) this.observe(work, milliseconds);
  }

  /** Multiply-adds that one dispatch may hold. */
  get budget(): number {
    return this.#rate * DISPATCH_MS;
  }

  /** Rows that one dispatch may take at `workPerRow` multiply-adds each: a multiple of `align`. */
  rows(workPerRow: number, align: number): number {
    return Math.max(align, Math.floor(this.budget / workPerRow / align) * align);
  }
}
