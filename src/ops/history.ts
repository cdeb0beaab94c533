/**
 * What a ring of iterations' objectives holds, where a kernel leaves that of iteration i as the sums of so
 * many lanes in slot i modulo the slots.
 */
export function historyIn(
  ring: Float32Array,
  slots: number,
  lanes: number,
): (iteration: number) => number {
  return (iteration) => {
    const slot = (iteration % slots) * lanes;
    let sum = 0;
    for (const lane of ring.subarray(slot, slot + lanes)) sum += lane;
    return sum;
  };
}
