/** Tells, on a page that computes, that there is no WebGPU, and how to enable it. */
import { byId } from './dom.js';

/** Looks for an adapter and, where there is none, puts the notice at the head of the page. */
export async function noticeMissingAdapter(): Promise<void> {
  const { gpu } = navigator as { gpu?: GPU };
  if (await gpu?.requestAdapter().catch(() => null)) return;
  const notice = byId('no-adapter', HTMLTemplateElement).content.cloneNode(
    true,
  ) as DocumentFragment;
  if (isSecureContext) notice.querySelector('.insecure')?.remove();
  byId('main', HTMLElement).prepend(notice);
}
