import type { Workload } from '../workloads.js';

/** Data loaded and compiled for: only iterations are left to do. */
export interface Prepared {
  /** Runs that many iterations from the workload's start; the centroids or means after them, k x d. */
  iterate(iterations: number): Promise<ArrayLike<number>>;
  /** Bytes held on the device, where the contender can tell. */
  deviceBytes?(): number;
  dispose(): void;
}

export interface Contender<W extends Workload = Workload> {
  readonly name: string;
  /** True when it computes on the WebGPU driver: its figures belong to that driver. */
  readonly onDriver: boolean;
  prepare(workload: W): Promise<Prepared>;
}
