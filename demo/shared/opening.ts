/** How a page with much to compute opens: on what was computed beforehand, until it has computed it itself. */
import { knownAdapter, startPage } from './adapter.js';
import type { JobTable } from './jobs.js';
import { fetchRecording, type Recording } from './recorded.js';
import { isUntouched, runOpening, type TaskOptions } from './task.js';

export interface Opening<Jobs extends JobTable<Jobs>> {
  /** The address of what build/record_openings.mjs has written. */
  readonly recording: string;
  readonly show: (recording: Recording<Jobs>) => void;
  /** Said while the page computes, where that takes long. */
  readonly title: string;
  /** @param isShown whether the recording is there: then it stays until there is something to take its place */
  readonly compute: (options: TaskOptions, isShown: boolean) => Promise<void>;
  /** Whether it is computed only by a GPU: on the processor it would take too long for what nobody has asked for. */
  readonly needsGpu?: boolean;
}

/** Lets the page be used, and opens it; to be called once, as startPage. Gives how the computing ended. */
export async function openPage<Jobs extends JobTable<Jobs>>({
  recording,
  show,
  title,
  compute,
  needsGpu = false,
}: Opening<Jobs>) {
  // It is of the settings that the page comes with; others are in the address.
  const isUsual = () => location.search === '';
  const fetched = isUsual() ? fetchRecording<Jobs>(recording) : undefined;
  const started = startPage();
  const recorded = await fetched;
  const isShown = recorded !== undefined && isUsual() && isUntouched();
  if (isShown) show(recorded);
  await started;
  if (isShown && needsGpu && knownAdapter() !== 'gpu') return 'done';
  return runOpening(title, (options) => compute(options, isShown));
}
