/** WebGPU's flag values, fixed by the specification; Node's Dawn offers them only as globals. */
export const BufferUsage = {
  mapRead: 0x0001,
  copySource: 0x0004,
  copyDestination: 0x0008,
  uniform: 0x0040,
  storage: 0x0080,
  indirect: 0x0100,
} as const;

export const MAP_READ = 0x0001;
export const STAGE_COMPUTE = 0x4;

/** Buffers kernels compute on: readable, writable, copied from and to, and numbers of workgroups. */
export const STORAGE_USAGE =
  BufferUsage.storage | BufferUsage.copySource | BufferUsage.copyDestination | BufferUsage.indirect;
