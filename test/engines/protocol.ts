/** What passes between vitest and an engine. All of it is plain JSON. */

export interface CaseResult {
  readonly ok: boolean;
  /** Why the case failed; there if and only if `ok` is false. */
  readonly error?: { readonly message: string; readonly stack?: string | undefined };
  /** Lines the case wrote with `note`. */
  readonly notes: readonly string[];
  readonly milliseconds: number;
}

/** What an engine's adapter says of itself. */
export interface AdapterFacts {
  readonly description: string;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

/** To a child process, one JSON line each: run this case. */
export interface CaseRequest {
  readonly suite: string;
  readonly case: string;
}

/** From a child process; told from other output by a leading record separator (RFC 7464). */
export type ChildMessage =
  | { readonly kind: 'ready'; readonly facts: AdapterFacts }
  | { readonly kind: 'result'; readonly result: CaseResult };

export const RECORD_SEPARATOR = '\u001e';

/** The result of a case that did not get to report one itself. */
export function failure(message: string, milliseconds: number, stack?: string): CaseResult {
  return { ok: false, error: { message, stack }, notes: [], milliseconds };
}

/** One line for people: the adapter, the optional features that matter here, and its limits. */
export function describeFacts({ description, features, limits }: AdapterFacts): string {
  const optional = ['subgroups', 'shader-f16', 'timestamp-query'].filter((f) =>
    features.includes(f),
  );
  const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
  return [
    description,
    optional.join(', ') || 'no optional feature',
    `binding ${mebibytes(limits.maxStorageBufferBindingSize)}`,
    `buffer ${mebibytes(limits.maxBufferSize)}`,
    `workgroup ${limits.maxComputeWorkgroupStorageSize / 1024} KiB`,
    `${limits.maxStorageBuffersPerShaderStage} storage buffers`,
    `${limits.maxComputeInvocationsPerWorkgroup} invocations`,
  ].join('; ');
}
