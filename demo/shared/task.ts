/** The one long action that may run at a time: its progress bar, its Cancel, its errors. */
import { byId } from './dom.js';
import type { Progress } from './jobs.js';

/** What is given to the work: exactly what WorkerClient.run takes. */
export interface TaskOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export type TaskEnd = 'done' | 'failed' | 'cancelled' | 'replaced';

/** A screen reader is told of the progress this often. */
const ANNOUNCE_MS = 5000;

/** What was done covers a corner of the page for this long. */
const SAY_MS = 6000;

const section = byId('task', HTMLElement);
const bar = byId('progress', HTMLProgressElement);
const text = byId('task-text', HTMLLabelElement);
const cancel = byId('cancel', HTMLButtonElement);
const status = byId('status', HTMLElement);
const alert = byId('error', HTMLElement);
const announcer = byId('announcer', HTMLElement);

let current: AbortController | undefined;
/** Whether anything was begun yet. */
let hasBegun = false;
let sayingEnds: ReturnType<typeof setTimeout> | undefined;

/** Says what came of an action, or nothing; it is to be seen for a while. */
export function say(sentence: string): void {
  clearTimeout(sayingEnds);
  status.textContent = sentence;
  status.classList.remove('past');
  sayingEnds = setTimeout(() => {
    status.classList.add('past');
  }, SAY_MS);
}

/** Shows a sentence about what went wrong, until the next action; '' takes it away. */
export function showError(sentence: string): void {
  alert.textContent = sentence;
  alert.hidden = sentence === '';
}

/** Shows what a promise fails with; for actions too short for a progress bar. */
export function reportErrors(work: Promise<unknown>): void {
  work.catch((error: unknown) => {
    if ((error as Error).name !== 'AbortError') showError((error as Error).message);
  });
}

/** Whether a task runs now. */
export function isBusy(): boolean {
  return current !== undefined;
}

/** Whether nothing was begun yet, neither by the visitor nor by the page. */
export function isUntouched(): boolean {
  return !hasBegun;
}

/** Ends whatever runs. */
export function cancelTask(): void {
  current?.abort();
}

const endOf = (aborted: AbortController): TaskEnd =>
  current === aborted ? 'cancelled' : 'replaced';

/**
 * Does `work` behind a progress bar, in place of whatever still runs; what goes wrong is shown.
 *
 * @param title what is said until the first progress
 * @param starter the button that began it: disabled meanwhile, and where a keyboard user goes back to
 * @returns how it ended; 'replaced' by another task's beginning
 */
export function runTask(
  title: string,
  starter: HTMLElement | undefined,
  work: (options: TaskOptions) => Promise<void>,
): Promise<TaskEnd> {
  section.classList.remove('opening');
  return run(title, starter, work);
}

/**
 * The same for what a page opens on: the bar is shown only where that takes long, and nothing is said when
 * it is done. Does nothing where the visitor was quicker.
 */
export function runOpening(
  title: string,
  work: (options: TaskOptions) => Promise<void>,
): Promise<TaskEnd> {
  if (hasBegun) return Promise.resolve('replaced');
  section.classList.add('opening');
  return run(title, undefined, work);
}

async function run(
  title: string,
  starter: HTMLElement | undefined,
  work: (options: TaskOptions) => Promise<void>,
): Promise<TaskEnd> {
  hasBegun = true;
  current?.abort();
  const controller = new AbortController();
  const { signal } = controller;
  current = controller;
  showError('');
  say('');
  text.textContent = title;
  bar.removeAttribute('value');
  section.hidden = false;
  let announced = performance.now();
  // The starter is disabled meanwhile, which would leave a keyboard user nowhere.
  const hadFocus = starter !== undefined && starter === document.activeElement;
  starter?.toggleAttribute('disabled', true);
  if (hadFocus) cancel.focus();
  try {
    await work({
      signal,
      onProgress: (progress) => {
        if (signal.aborted) return;
        text.textContent = progress.text;
        bar.max = progress.max;
        bar.value = progress.value;
        const now = performance.now();
        if (now - announced < ANNOUNCE_MS) return;
        announced = now;
        announcer.textContent = progress.text;
      },
    });
    return signal.aborted ? endOf(controller) : 'done';
  } catch (error) {
    if (signal.aborted) return endOf(controller);
    showError((error as Error).message);
    return 'failed';
  } finally {
    starter?.toggleAttribute('disabled', false);
    if (current === controller) {
      const onCancel = document.activeElement === cancel;
      section.hidden = true;
      announcer.textContent = '';
      current = undefined;
      if (onCancel) starter?.focus();
    }
  }
}

cancel.addEventListener('click', () => {
  current?.abort();
  say('Cancelled.');
});
