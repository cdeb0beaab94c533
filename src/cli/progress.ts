/** How far a fit is, on standard error. */
import { Presets, SingleBar } from 'cli-progress';

/** What is told beside the bar: which of at most so many iterations, or nothing but the figure. */
const FORMATS = {
  iterations: 'iteration {value} of at most {total} | {figure} | at most {eta_formatted} left',
  share: '{figure}',
} as const;

export type ProgressKind = keyof typeof FORMATS;

export interface ProgressStep {
  /** How much is done, of at most `total`. */
  readonly done: number;
  readonly total: number;
  /** What the fit has come to, such as 'objective 78.85'. */
  readonly figure: string;
}

export interface Progress {
  readonly update: (step: ProgressStep) => void;
  readonly stop: () => void;
}

/** A bar on a terminal; nothing where standard error is a file or a pipe. */
export function showProgress(title: string, kind: ProgressKind, stream = process.stderr): Progress {
  if (!stream.isTTY) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar(
    {
      stream,
      hideCursor: true,
      clearOnComplete: true,
      etaBuffer: 20,
      format: `${title} {bar} ${FORMATS[kind]}`,
    },
    Presets.shades_classic,
  );
  let started = false;
  return {
    update: ({ done, total, figure }) => {
      if (!started) bar.start(total, 0, { figure });
      started = true;
      bar.update(done, { figure });
    },
    stop: () => {
      if (started) bar.stop();
    },
  };
}
