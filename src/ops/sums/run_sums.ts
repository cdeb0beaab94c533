/** Sums of a value a row over short runs of rows, in float32, for the host or a kernel to add up. */
import { ceilDiv } from '../../../host/plan.js';
import type { Recording } from '../../../host/recording.js';
import type { Kernel, Runtime } from '../../../host/runtime.js';
import runSumsKernel from '../../../shaders/sums/run_sums.wgsl';
import { groups } from '../../rows/device_points.js';

export class RunSums {
  /** Rows of a run. */
  readonly run: number;
  readonly #kernel: Kernel;

  private constructor(run: number, kernel: Kernel) {
    this.run = run;
    this.#kernel = kernel;
  }

  static async of(runtime: Runtime, run = Number(runSumsKernel.constants.RUN)): Promise<RunSums> {
    return new RunSums(run, await runtime.kernel(runSumsKernel, { RUN: run }));
  }

  /** Runs of so many rows. */
  count(rows: number): number {
    return ceilDiv(rows, this.run);
  }

  /** @param sums [count(rows)] */
  record(
    recording: Recording,
    values: GPUBuffer,
    rows: number,
    sums: GPUBuffer | GPUBufferBinding,
  ): void {
    const kernel = this.#kernel;
    recording.dispatch(
      kernel,
      { shape: { count: rows }, values, sums },
      groups(kernel, this.count(rows)),
    );
  }
}
