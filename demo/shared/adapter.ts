/** Whether this browser gives pages a GPU: asked once, and said where it does not. */
import { formatSeconds } from '../../src/cli/format.js';
import { byId } from './dom.js';

/** A GPU; a driver that does a GPU's work on the processor; or no WebGPU at all. */
export type AdapterKind = 'gpu' | 'software' | 'none';

let asked: Promise<AdapterKind> | undefined;
let known: AdapterKind | undefined;

async function ask(): Promise<AdapterKind> {
  const { gpu } = navigator as { gpu?: GPU };
  const adapter = await gpu?.requestAdapter().catch(() => null);
  if (!adapter) return 'none';
  const { isFallbackAdapter, architecture, description } = adapter.info;
  const name = `${architecture} ${description}`;
  return isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render/i.test(name)
    ? 'software'
    : 'gpu';
}

export async function findAdapter(): Promise<AdapterKind> {
  asked ??= ask();
  known = await asked;
  return known;
}

/** The answer, once there is one. */
export function knownAdapter(): AdapterKind | undefined {
  return known;
}

/**
 * To be called once everything on the page works: until then nothing of it takes a press. Puts a notice
 * at its head where there is no GPU, with how to get it.
 */
export async function startPage(): Promise<void> {
  byId('main', HTMLElement).inert = false;
  const kind = await findAdapter();
  if (kind === 'gpu') return;
  const notice = byId(`adapter-${kind}`, HTMLTemplateElement).content.cloneNode(
    true,
  ) as DocumentFragment;
  const advice = byId('adapter-advice', HTMLTemplateElement).content.cloneNode(
    true,
  ) as DocumentFragment;
  for (const line of advice.querySelectorAll(`li:not(.${kind})`)) line.remove();
  if (isSecureContext) advice.querySelector('.insecure')?.remove();
  notice.querySelector('details')!.append(advice);
  byId('main', HTMLElement).prepend(notice);
  for (const place of document.querySelectorAll('.on-gpu')) place.textContent = 'on your CPU';
}

/** The engine of what build/record_openings.mjs has recorded. */
export const BEFOREHAND = 'beforehand';

/** Multiply-adds of an iteration: with fewer the processor is done before a driver has compiled its kernels. */
const MOST_LIGHT = 1e7;

/** Whether a job of so many multiply-adds an iteration is `isLight` for a worker. */
export function isLight(multiplyAdds: number): boolean {
  return multiplyAdds <= MOST_LIGHT;
}

/** What ran a fit and for how long, by what the page calls these; of what was computed beforehand no time. */
export function ranOn(engine: string, milliseconds: number): Readonly<Record<string, string>> {
  return {
    'Ran on': nameEngine(engine),
    ...(engine !== BEFOREHAND && { Time: formatSeconds(milliseconds) }),
  };
}

/** What ran a fit, for people: the adapter as the library names it, or the processor. */
export function nameEngine(engine: string): string {
  if (engine === BEFOREHAND) return 'nothing yet: computed beforehand';
  if (engine === 'cpu') return 'CPU, without WebGPU';
  return known === 'software' ? `${engine}, on the CPU` : engine;
}
