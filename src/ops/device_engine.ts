/** Ops on a WebGPU device. */
import { OutOfMemoryError } from '../../host/errors.js';
import { ceilDiv } from '../../host/plan.js';
import type { Runtime } from '../../host/runtime.js';
import { Workspace } from '../../host/workspace.js';
import { packedBytes } from '../rows/device_points.js';
import { loadRows } from '../rows/load.js';
import type { PointSource } from '../rows/load_options.js';
import { isLaidOut } from '../rows/matrix.js';
import type { DevicePoints } from '../rows/rows.js';
import { loadRowWeights } from '../rows/weights.js';
import { engineName } from './engine_name.js';
import type { Engine, Session, SessionOptions } from './op.js';

export function deviceEngine(runtime: Runtime): Engine {
  return {
    description: engineName(runtime),
    load: (points, options) => load(runtime, points, options),
  };
}

/** Rows of a matrix that are too many to be kept, or for which there is no room, pass through. */
async function load(
  runtime: Runtime,
  source: PointSource,
  options: SessionOptions,
): Promise<Session> {
  if (!('data' in source)) return loadAs(runtime, source, options);
  const [n, d] = source.shape;
  const held = source.isBytes ? 'bytes' : options.storage;
  try {
    if (packedBytes(n, ceilDiv(d, 4), held) <= runtime.residentBytes) {
      return await loadAs(runtime, source, options);
    }
  } catch (error) {
    if (!(error instanceof OutOfMemoryError)) throw error;
  }
  const { CheckedStream } = await import('../rows/checked_stream.js');
  return loadAs(runtime, CheckedStream.ofMatrix(source), options);
}

async function loadAs(
  runtime: Runtime,
  source: PointSource,
  given: SessionOptions,
): Promise<Session> {
  const options = { extent: 0, ...given };
  const workspace = new Workspace(runtime, 'rows', options.signal);
  let points: DevicePoints | undefined;
  const dispose = () => {
    points?.close();
    workspace.dispose();
  };
  try {
    const dense = isLaidOut(source)
      ? await (await import('../rows/laid_out.js')).denseRows(workspace, source)
      : undefined;
    points = await (options.hold?.onDevice ?? loadRows)(workspace, dense ?? source, options);
    if (dense) workspace.release(dense.buffer);
    const weights = await loadRowWeights(workspace, points, options.weights);
    const rows = { workspace, points, weights, metric: options.metric };
    const { shape, shift, scale } = points;
    const rounding = 2 ** -24;
    return {
      shape,
      shift,
      scale,
      rounding,
      run: (op, ...args) => op.device(rows, ...args),
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}
