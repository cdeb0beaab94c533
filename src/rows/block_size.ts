/** How many rows pass through a device at a time. */
import type { RuntimeLimits } from '../../host/runtime.js';
import { CHUNK_ALIGNMENT } from './device_points.js';

/** Bytes of one chunk's packed rows, where its least number of rows does not need more. */
const CHUNK_BYTES = 8 * 1024 * 1024;
/** Chunks on the device at once: one is worked on while the next is uploaded. */
export const SLOTS = 2;

/** Rows in a chunk of about `bytes`: few enough that all buffers of a stream take no more than one resident chunk may. */
export function streamedRows(quads: number, limits: RuntimeLimits, bytes = CHUNK_BYTES): number {
  const most = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const wanted = Math.min(bytes, most / (2 * SLOTS));
  const rows = Math.floor(wanted / (16 * quads) / CHUNK_ALIGNMENT) * CHUNK_ALIGNMENT;
  return Math.max(CHUNK_ALIGNMENT, rows);
}
