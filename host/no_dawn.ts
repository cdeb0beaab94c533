/** What the build for pages has in the place of dawn.ts: pages bring WebGPU themselves. */

/** @throws NoAdapterError always: Node has taken what was built for pages */
export async function loadDawn(): Promise<GPU> {
  throw (await import('./refusals.js')).noDawn();
}

/** Pages are told when work is done. */
export function startDozing(): () => void {
  return () => undefined;
}
