/** In place of node:os. Every machine that runs WebGPU is little-endian. */
export function endianness(): 'LE' {
  return 'LE';
}
