/** What models of fits by turns tell of their fit. */
import type { ObjectiveProgress } from './history.js';

export abstract class IterativeModel<Progress extends ObjectiveProgress> {
  /** Of the last iteration. */
  readonly objective: number;
  readonly iterations: number;
  /** False where `maxIter` ended the fit. */
  readonly converged: boolean;
  readonly history: readonly Progress[];
  /** What has collapsed, if anything: a sentence each, with its figure. */
  readonly warnings: readonly string[];
  /** What ran the fit: the adapter's name, or 'cpu'. */
  readonly engine: string;

  constructor({
    history,
    converged,
    warnings,
    engine,
  }: Pick<IterativeModel<Progress>, 'history' | 'converged' | 'warnings' | 'engine'>) {
    this.history = history;
    this.objective = history[history.length - 1].objective;
    this.iterations = history.length;
    this.converged = converged;
    this.warnings = warnings;
    this.engine = engine;
  }
}
