/** What a page opens on: its worker's answers, recorded beforehand by build/record_openings.mjs. */
import type { Gives, JobTable, Sends } from './jobs.js';

/** A job as it went. */
export interface RecordedJob<Jobs extends JobTable<Jobs>, J extends keyof Jobs> {
  readonly updates: readonly Sends<Jobs, J>[];
  readonly output: Gives<Jobs, J>;
}

export type Recording<Jobs extends JobTable<Jobs>> = {
  readonly [J in keyof Jobs]: RecordedJob<Jobs, J>;
};

const ARRAYS = { Uint8Array, Uint16Array, Uint32Array, Float32Array, Float64Array };

type Kind = keyof typeof ARRAYS;

/** An array in JSON: its values are low + step * code. */
export interface PackedArray {
  readonly kind: Kind;
  readonly codes: Kind;
  readonly low: number;
  readonly step: number;
  readonly base64: string;
}

const isPacked = (value: unknown): value is PackedArray =>
  typeof value === 'object' && value !== null && 'base64' in value;

export function unpack({ kind, codes, low, step, base64 }: PackedArray) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const values = new ARRAYS[codes](bytes.buffer);
  const array = new ARRAYS[kind](values.length);
  values.forEach((code, i) => (array[i] = low + step * code));
  return array;
}

export function readRecording<Jobs extends JobTable<Jobs>>(json: string): Recording<Jobs> {
  return JSON.parse(json, (_, value: unknown) =>
    isPacked(value) ? unpack(value) : value,
  ) as Recording<Jobs>;
}

/** The recording at `url`; undefined where it cannot be had, or nothing is recorded there. */
export async function fetchRecording<Jobs extends JobTable<Jobs>>(
  url: string,
): Promise<Recording<Jobs> | undefined> {
  const response = await fetch(url).catch(() => undefined);
  const recording = response?.ok ? readRecording<Jobs>(await response.text()) : undefined;
  return recording && Object.keys(recording).length > 0 ? recording : undefined;
}
