/** Rows kept as bytes, of which a block at a time is widened. */
import { ceilDiv, splitRows } from '../../host/plan.js';
import type { Workspace } from '../../host/workspace.js';
import widenKernel from '../../shaders/rows/widen.wgsl';
import { CHUNK_ALIGNMENT, groups, packedBytes, padColumns } from './device_points.js';
import type { CheckedMatrix } from './matrix.js';
import { packedInBytes } from './narrowed.js';
import type { OpenRows } from './open_rows.js';
import { type Preparation, Rows } from './rows.js';
import { QUAD_BYTES } from './storage.js';

/** Rows in bytes less `shift`, of which a block at a time is in float32. */
export async function widenedRows(
  workspace: Workspace,
  source: CheckedMatrix & { readonly largest?: number },
  shift: Float64Array,
  block: number,
): Promise<OpenRows> {
  const { shape } = source;
  const [, d] = shape;
  const quads = ceilDiv(d, 4);
  const bytes = await packedInBytes(workspace, source, shift, block);
  const kernel = await bytes.kernel(widenKernel);
  const { points, shifts } = await workspace.allocate({
    points: packedBytes(block, quads),
    shifts: 16 * quads,
  });
  workspace.upload(shifts, padColumns(shift, 1, d));
  const steps: Preparation[] = [];
  const chunks = bytes.kept!.flatMap((held) =>
    splitRows(held.rows, block, CHUNK_ALIGNMENT).map(({ start, rows }) => {
      const chunk = { start: held.start + start, rows, points };
      return {
        ...chunk,
        place: (recording: Parameters<Preparation>[0]) => {
          const count = packedBytes(rows, quads) / QUAD_BYTES.float32;
          recording.dispatch(
            kernel,
            {
              shape: { count, start: start * quads, quads },
              ...{ points: held.points, shift: shifts, wide: points },
            },
            groups(kernel, count),
          );
          for (const step of steps) step(recording, chunk);
        },
      };
    }),
  );
  return {
    rows: new Rows({
      ...{ workspace, shape, quads, storage: 'float32', chunks },
      owned: bytes.kept!.map((held) => held.points),
    }),
    prepare: (_, preparation) => {
      steps.push(preparation);
      return Promise.resolve();
    },
    largest: () => Promise.resolve(source.largest ?? 0),
  };
}
