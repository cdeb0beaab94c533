/** Small steps of an algebra, sent to the device together. */
import type { Recording } from '../../../host/recording.js';
import type { Workspace } from '../../../host/workspace.js';
import type { Workbench } from './desk.js';

/** Workgroups that keep a device busy while more is recorded, and steps after which it is time to begin. */
const MOST_WORKGROUPS = 256;
const MOST_STEPS = 32;

export interface Gathered extends Workbench {
  /** Sends what was gathered: before anything else is submitted that reads or writes the same buffers. */
  send(): void;
}

/**
 * A bench whose `run` gathers steps until there are enough, or until something is read or written: a submission costs
 * a host, and a browser's channel to its device, more than a small step costs the device. What is released
 * meanwhile stays until then, as a step may need it.
 */
export function gathered(workspace: Workspace): Gathered {
  let recording: Recording | undefined;
  let steps = 0;
  let released: GPUBuffer[] = [];

  const send = () => {
    if (recording) {
      const full = recording;
      recording = undefined;
      full.submit();
      full.release();
    }
    workspace.release(...released);
    released = [];
    steps = 0;
  };

  return {
    runtime: workspace.runtime,
    send,
    run(label, add) {
      recording ??= workspace.record(label);
      add(recording);
      steps++;
      if (steps >= MOST_STEPS || recording.workgroups >= MOST_WORKGROUPS) send();
    },
    allocate: (sizes) => workspace.allocate(sizes),
    release(...buffers) {
      if (recording) released.push(...buffers);
      else workspace.release(...buffers);
    },
    upload(buffer, data, byteOffset) {
      send();
      workspace.upload(buffer, data, byteOffset);
    },
    read(buffer, byteOffset, bytes) {
      send();
      return workspace.read(buffer, byteOffset, bytes);
    },
  };
}
