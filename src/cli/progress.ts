/** How far a fit is, on standard error. */
import { Presets, SingleBar } from 'cli-progress';
import type { KMeansProgress } from '../index.js';
import { formatObjective } from './format.js';

export interface Progress {
  readonly update: (progress: KMeansProgress) => void;
  readonly stop: () => void;
}

/** A bar on a terminal; nothing where standard error is a file or a pipe. */
export function showProgress(title: string, stream = process.stderr): Progress {
  if (!stream.isTTY) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar(
    {
      stream,
      hideCursor: true,
      clearOnComplete: true,
      etaBuffer: 20,
      format: `${title} {bar} iteration {value} of at most {total} | objective {objective} | at most {eta_formatted} left`,
    },
    Presets.shades_classic,
  );
  let started = false;
  return {
    update: ({ restart, restarts, iteration, maxIter, inertia }) => {
      const objective = formatObjective(inertia);
      if (!started) bar.start(restarts * maxIter, 0, { objective });
      started = true;
      bar.update(restart * maxIter + iteration, { objective });
    },
    stop: () => {
      if (started) bar.stop();
    },
  };
}
