/** Progress of a fit that begins again after a loss of its device. */

/**
 * The same options, whose `onIteration` is told what is new only: what a run does again is not told again.
 *
 * @param placeOf the number of an iteration, from 1, and of its run, from 0
 */
export function tellingOnce<P, O extends { readonly onIteration?: (progress: P) => void }>(
  options: O & { readonly onIteration?: (progress: P) => void },
  placeOf: (progress: P) => readonly [iteration: number, run: number],
): O {
  const { onIteration } = options;
  if (!onIteration) return options;
  const told: number[] = [];
  return {
    ...options,
    onIteration: (progress: P) => {
      const [iteration, run] = placeOf(progress);
      if (iteration <= told[run]) return;
      told[run] = iteration;
      onIteration(progress);
    },
  };
}
