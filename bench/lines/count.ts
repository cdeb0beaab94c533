/** How many lines of memory a subgroup touches, from a log of where its lanes read and wrote. */
import { LOGGED_ACCESSES, type Site } from './instrument.js';

/** What a graphics processor's cache holds and fetches at a time, in bytes. */
export const LINE = 128;
/** Lanes of a subgroup. */
const SUBGROUP = 32;
/** Sites reached at least so often as a share of the busiest are of the innermost loop. */
const BUSY = 0.5;

export interface Touched {
  /** Lines that the subgroup touches, access by access, and those that its bytes would fill. */
  readonly lines: number;
  readonly ideal: number;
}

export interface Lines {
  /** Of the accesses in the innermost loop. */
  readonly inner: Touched;
  /** The access there with the most lines for those it needs. */
  readonly worst: Touched & { readonly text: string };
  /** All that the subgroup touches in the kernel's life, each line once. */
  readonly whole: Touched;
}

/** Which line a byte of which buffer is in. */
const lineOf = (at: number) => Math.floor(at / LINE);

class Bytes {
  readonly #lines = new Set<string>();
  readonly #spans = new Map<string, number>();

  add(buffer: string, from: number, bytes: number): void {
    for (let line = lineOf(from); line <= lineOf(from + bytes - 1); line++) {
      this.#lines.add(`${buffer} ${line}`);
    }
    const key = `${buffer} ${from}`;
    this.#spans.set(key, Math.max(bytes, this.#spans.get(key) ?? 0));
  }

  get touched(): Touched {
    const bytes = [...this.#spans.values()].reduce((sum, length) => sum + length, 0);
    return { lines: this.#lines.size, ideal: Math.ceil(bytes / LINE) };
  }
}

const sum = (all: readonly Touched[]): Touched => ({
  lines: all.reduce((total, { lines }) => total + lines, 0),
  ideal: all.reduce((total, { ideal }) => total + ideal, 0),
});
export const ratioOf = ({ lines, ideal }: Touched): number => lines / Math.max(1, ideal);

/**
 * Lanes of a subgroup run in step, so the n-th time that each of them comes to a site is one access of all.
 *
 * @param log (site from 1, index) by lane and access, 0 past the last
 */
export function countLines(log: Uint32Array, sites: readonly Site[]): Lines | undefined {
  const whole = new Bytes();
  const accesses = sites.map((): Bytes[] => []);
  for (let lane = 0; lane < SUBGROUP; lane++) {
    const turns = sites.map(() => 0);
    for (let i = 0; i < LOGGED_ACCESSES; i++) {
      const at = 2 * (lane * LOGGED_ACCESSES + i);
      const number = log[at] - 1;
      if (number < 0) break;
      const { buffer, stride, offset, bytes } = sites[number];
      const from = log[at + 1] * stride + offset;
      const access = (accesses[number][turns[number]++] ??= new Bytes());
      access.add(buffer, from, bytes);
      whole.add(buffer, from, bytes);
    }
  }
  const most = Math.max(...accesses.map(({ length }) => length));
  if (most < 1) return undefined;
  const busy = sites.flatMap(({ text }, at) =>
    accesses[at].length >= BUSY * most
      ? [{ text, ...sum(accesses[at].map(({ touched }) => touched)) }]
      : [],
  );
  const worst = busy.reduce((a, b) => (ratioOf(b) > ratioOf(a) ? b : a));
  return { inner: sum(busy), worst, whole: whole.touched };
}
