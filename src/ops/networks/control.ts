/** Where training stands, in a matrix that kernels read: see shaders/lib/control.wgsl. */
export const CONTROL = { step: 0, updates: 1, rate: 2, scale: 3, sharpness: 4 } as const;
/** Its columns. */
export const CONTROL_LENGTH = 8;
/** Parts of a loss that are told apart. */
export const MOST_PARTS = 4;
/** Whole numbers up to here are exact in float32. */
export const MOST_COUNTED = 2 ** 24;
