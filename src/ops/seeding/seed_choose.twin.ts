/** The trial of least potential summed over the blocks (blocks x trials); ties: the first. */
export function seedChoose(potentials: ArrayLike<number>, blocks: number, trials: number): number {
  let chosen = { trial: 0, total: Number.POSITIVE_INFINITY };
  for (let trial = 0; trial < trials; trial++) {
    let total = 0;
    for (let b = 0; b < blocks; b++) total += potentials[b * trials + trial];
    if (total < chosen.total) chosen = { trial, total };
  }
  return chosen.trial;
}
