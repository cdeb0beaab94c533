/**
 * A few short texts by key. A store may fail: what it throws is ignored, and what it gives is checked
 * before it is used.
 */
export interface TuningStore {
  get(key: string): string | undefined | Promise<string | undefined>;
  set(key: string, value: string): void | Promise<void>;
  /** Forgets everything. */
  clear(): void | Promise<void>;
}
