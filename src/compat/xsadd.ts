/** The random numbers of ml-random, so that a seed gives the starts that it gives there. */

/** XSadd, as in ml-xsadd (M. Saito and M. Matsumoto, "XORSHIFT-ADD", 2014). */
function xsadd(seed: number): () => number {
  // The peer's error, word for word.
  if (!Number.isInteger(seed)) throw new TypeError('seed must be an integer');
  const state = Uint32Array.of(seed, 0, 0, 0);
  const advance = () => {
    let t = state[0];
    t ^= t << 15;
    t ^= t >>> 18;
    t ^= state[3] << 11;
    state.set([state[1], state[2], state[3], t]);
  };
  for (let i = 1; i < 8; i++) {
    const before = state[(i - 1) & 3];
    state[i & 3] ^= i + Math.imul(1812433253, before ^ (before >>> 30));
  }
  if (state.every((word) => word === 0)) state.set([88, 83, 65, 68]);
  for (let i = 0; i < 8; i++) advance();
  return () => {
    advance();
    return ((state[3] + state[2]) >>> 8) / 2 ** 24;
  };
}

/** Numbers in [0, 1): of the seed, or where there is none of the platform's generator, as with the peers. */
export function uniform(seed: number | undefined): () => number {
  return seed === undefined ? Math.random : xsadd(seed);
}
