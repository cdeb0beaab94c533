/** Turns what a contender gave back into what it is worth. */
import type { Measured } from './measure.js';
import { inertiaOf, logLikelihoodOf, residualOf } from './objective.js';
import type { Measurement } from './rows.js';
import { type Result, type Results, shapeOf, type Workload } from './workload.js';

function objectiveOf(workload: Workload, result: Result): number {
  switch (workload.method) {
    case 'kmeans':
      return inertiaOf(workload, result as Results['kmeans']);
    case 'mixture':
      return logLikelihoodOf(workload, result as Results['mixture']);
    case 'pca':
      return residualOf(workload, result as Results['pca']);
  }
}

/** Figures without the results, which are needed no more once their objective is known. */
function withoutResults(measured: Measured): Measured {
  const figures = { ...measured };
  delete figures.compared;
  if (figures.wholeFit) figures.wholeFit = { ...figures.wholeFit, result: { centroids: [] } };
  return figures;
}

/** What was measured of a contender. */
export interface Outcomes {
  readonly contender: string;
  readonly on: string;
  readonly figures: Measured;
  readonly problem: string | undefined;
}

/** @param references what the objective ought to be after each number of iterations, where known */
export function judge(
  workload: Workload,
  { contender, on, figures, problem }: Outcomes,
  references: readonly number[],
): Measurement {
  const { compared, wholeFit } = figures;
  const reference = compared && references.at(compared.iterations - 1);
  return {
    workload: shapeOf(workload),
    contender,
    on,
    figures: withoutResults(figures),
    ...(compared && { objective: objectiveOf(workload, compared.result) }),
    ...(reference !== undefined && { reference }),
    ...(wholeFit && { wholeFitObjective: objectiveOf(workload, wholeFit.result) }),
    ...(problem !== undefined && { problem }),
  };
}
