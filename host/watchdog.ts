/** Notices a device that no longer answers. */

/** Looks at it this many times in the time it is given. */
const LOOKS = 10;
/** What a timer of the platform can wait at most. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Barks once, when something has waited for `patience` ms and nothing at all was answered meanwhile.
 * It counts its own looks rather than the clock: a machine that slept, a page whose timers are held
 * back or a script that held the event loop has not waited. Nor does it count while a page is hidden.
 */
export class Watchdog {
  readonly #patience: number;
  readonly #bark: () => void;
  #waits = 0;
  #looks = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param patience in ms; without end from 2^31 / 10 s on */
  constructor(patience: number, bark: () => void) {
    this.#patience = patience;
    this.#bark = bark;
  }

  /** `promise`, watched for as long as it is open. */
  async watch<T>(promise: Promise<T>): Promise<T> {
    if (this.#waits++ === 0) this.#start();
    try {
      return await promise;
    } finally {
      this.#looks = 0;
      if (--this.#waits === 0) clearInterval(this.#timer);
    }
  }

  #start(): void {
    this.#looks = 0;
    const every = this.#patience / LOOKS;
    if (every > LONGEST_MS) return;
    this.#timer = setInterval(() => {
      const { document } = globalThis as { document?: { visibilityState?: string } };
      if (document?.visibilityState === 'hidden' || ++this.#looks < LOOKS) return;
      clearInterval(this.#timer);
      this.#bark();
    }, every);
  }
}
