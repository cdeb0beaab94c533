/** What waits for the abort of a signal, by one listener a signal: Node warns of many. */

type Abandon = (reason: unknown) => void;

interface Waiting {
  readonly abandons: Set<Abandon>;
  readonly stop: () => void;
}

export class AbortListeners {
  readonly #bySignal = new Map<AbortSignal, Waiting>();

  /**
   * Calls `abandon` with the signal's reason once it is aborted.
   *
   * @returns ends that
   */
  add(signal: AbortSignal, abandon: Abandon): () => void {
    const waiting = this.#bySignal.get(signal) ?? this.#listen(signal);
    waiting.abandons.add(abandon);
    return () => {
      waiting.abandons.delete(abandon);
      if (waiting.abandons.size === 0) waiting.stop();
    };
  }

  #listen(signal: AbortSignal): Waiting {
    const abandons = new Set<Abandon>();
    const abort = () => {
      for (const abandon of abandons) abandon(signal.reason);
    };
    const stop = () => {
      signal.removeEventListener('abort', abort);
      this.#bySignal.delete(signal);
    };
    signal.addEventListener('abort', abort);
    const waiting = { abandons, stop };
    this.#bySignal.set(signal, waiting);
    return waiting;
  }
}
