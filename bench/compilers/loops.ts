/** Loops in the code of AMD's processors, as their driver prints it. */

/** Operations of one turn of a loop. */
export interface Loop {
  /** Vector operations, of which multiply-adds, and of which other arithmetic of floats. */
  readonly valu: number;
  readonly fma: number;
  readonly floats: number;
  /** Loads and stores: by lanes, one for all lanes, workgroup memory. */
  readonly vmem: number;
  readonly smem: number;
  readonly lds: number;
  /** Loops that it lies in. */
  readonly depth: number;
}

/** Multiply-adds, also those of two halves: one operation of the vector unit. */
const FMA = /^v_(?:dual_|pk_)?(?:fma|mad|mac|dot2)/;
const FLOATS = /^v_(?:dual_|pk_)?(?:add|sub|subrev|mul|min|max)\w*_(?:legacy_)?f(?:16|32)/;

function count(operations: readonly string[]): Omit<Loop, 'depth'> {
  const of = (pattern: RegExp) => operations.filter((name) => pattern.test(name)).length;
  return {
    valu: of(/^v_/),
    fma: of(FMA),
    floats: of(FLOATS),
    vmem: of(/^(?:buffer|global|flat|scratch)_/),
    smem: of(/^s_(?:buffer_)?load/),
    lds: of(/^ds_/),
  };
}

/** The loop without loops in it that has the most multiply-adds, and if none has any the longest. */
export function innermostLoop(code: string): Loop | undefined {
  const labels = new Map<string, number>();
  const operations: { at: number; name: string; target: string | undefined }[] = [];
  for (const line of code.split('\n')) {
    const label = /^(BB\d+):/.exec(line)?.[1];
    if (label !== undefined) labels.set(label, operations.length);
    const operation = /^\t([a-z]\w+)([^;]*)/.exec(line);
    if (!operation) continue;
    const [, name, rest] = operation;
    const target = name.includes('branch') ? /BB\d+/.exec(rest)?.[0] : undefined;
    // Two operations in one: each is counted.
    const second = /:: (v_\w+)/.exec(rest)?.[1];
    operations.push({ at: operations.length, name, target });
    if (second !== undefined) {
      operations.push({ at: operations.length, name: second, target: undefined });
    }
  }
  const loops = operations.flatMap(({ at, target }) => {
    const from = target === undefined ? undefined : labels.get(target);
    return from !== undefined && from <= at ? [{ from, to: at }] : [];
  });
  const innermost = loops.filter(
    (one) => !loops.some((other) => other !== one && other.from >= one.from && other.to <= one.to),
  );
  const around = (inner: { from: number; to: number }) =>
    new Set(
      loops.filter(({ from, to }) => from < inner.from && to >= inner.to).map(({ from }) => from),
    );
  return innermost
    .map((loop) => ({
      ...count(operations.slice(loop.from, loop.to + 1).map(({ name }) => name)),
      depth: around(loop).size,
    }))
    .sort((a, b) => b.fma - a.fma || b.valu - a.valu)
    .at(0);
}
