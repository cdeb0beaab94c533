/** The one long action that may run at a time: its progress bar, its Cancel, its errors. */
import { byId } from './dom.js';
import type { RunOptions } from './worker_client.js';

const section = byId('task', HTMLElement);
const bar = byId('progress', HTMLProgressElement);
const text = byId('task-text', HTMLLabelElement);
const cancel = byId('cancel', HTMLButtonElement);
const status = byId('status', HTMLElement);
const alert = byId('error', HTMLElement);

let current: AbortController | undefined;

/** Says what came of an action, or nothing. */
export function say(sentence: string): void {
  status.textContent = sentence;
}

export function showError(sentence: string): void {
  alert.textContent = sentence;
  alert.hidden = sentence === '';
  alert.scrollIntoView({ block: 'nearest' });
}

/**
 * Does `work` behind a progress bar, in place of whatever still runs; what goes wrong is shown.
 *
 * @param title what is said until the first progress
 * @param starter the button that a keyboard user goes back to when Cancel disappears
 */
export async function runTask(
  title: string,
  starter: HTMLElement | undefined,
  work: (options: Required<RunOptions>) => Promise<void>,
): Promise<void> {
  current?.abort();
  const controller = new AbortController();
  const { signal } = controller;
  current = controller;
  showError('');
  say('');
  text.textContent = title;
  bar.removeAttribute('value');
  section.hidden = false;
  // The starter is disabled meanwhile, which would leave a keyboard user nowhere.
  const hadFocus = starter === document.activeElement;
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
      },
    });
  } catch (error) {
    if (!signal.aborted) showError((error as Error).message);
  } finally {
    starter?.toggleAttribute('disabled', false);
    if (current === controller) {
      const onCancel = document.activeElement === cancel;
      section.hidden = true;
      current = undefined;
      if (onCancel) starter?.focus();
    }
  }
}

cancel.addEventListener('click', () => {
  current?.abort();
  say('Cancelled.');
});
