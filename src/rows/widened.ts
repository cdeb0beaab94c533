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
  const { points, columns } = await workspace.allocate({
    points: packedBytes(block, quads),
    columns: 48 * quads,
  });
  let less = new Float64Array(d);
  let scale = new Float64Array(d).fill(1);
  const set = () => {
    workspace.upload(columns, padColumns([...shift, ...less, ...scale], 3, d));
    return Promise.resolve();
  };
  await set();
  const chunks = bytes.kept!.flatMap((held) =>
    splitRows(held.rows, block, CHUNK_ALIGNMENT).map(({ start, rows }) => {
      return {
        ...{ start: held.start + start, rows, points },
        place: (recording: Parameters<Preparation>[0]) => {
          const count = packedBytes(rows, quads) / QUAD_BYTES.float32;
          recording.dispatch(
            kernel,
            {
              shape: { count, start: start * quads, quads },
              ...{ points: held.points, columns, wide: points },
            },
            groups(kernel, count),
          );
        },
      };
    }),
  );
  return {
    rows: new Rows({
      ...{ workspace, shape, quads, storage: 'float32', chunks },
      owned: bytes.kept!.map((held) => held.points),
    }),
    // Powers of two come off exactly: bytes are far from where float32 ends.
    subtract: (by) => {
      less = less.map((value, j) => value + by[j] / scale[j]);
      return set();
    },
    multiply: (by) => {
      scale = scale.map((value, j) => value * by[j]);
      return set();
    },
    largest: () => Promise.resolve(source.largest ?? 0),
  };
}
