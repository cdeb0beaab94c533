/** Rounds of k-means||, and candidates drawn in each as a multiple of k (Bahmani et al., section 5). */
export const PARALLEL_ROUNDS = 5;
export const PARALLEL_OVERSAMPLING = 2;

/** How many candidates greedy k-means++ tries for each centroid: 2 + floor(ln k), as scikit-learn. */
export function localTrials(k: number): number {
  return 2 + Math.floor(Math.log(k));
}
