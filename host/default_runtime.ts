/** The runtime shared by all calls that bring none of their own. */
import { isDawn } from './gpu.js';
import { Runtime } from './runtime.js';

/** In Node an idle device keeps the process alive, so it is destroyed after this long. */
const IDLE_MS = 100;

let shared: Promise<Runtime> | undefined;
let users = 0;
let idle: ReturnType<typeof setTimeout> | undefined;

function drop(): void {
  const dropped = shared;
  shared = undefined;
  dropped?.then(
    (runtime) => {
      runtime.dispose();
    },
    () => undefined,
  );
}

/**
 * Runs `work` with the shared runtime, made when first needed and made anew after its device was
 * lost. In Node the device is destroyed once nothing has used it for a moment, so that the process
 * can end by itself.
 *
 * @throws NoAdapterError when no WebGPU adapter can be had
 */
export async function withDefaultRuntime<T>(work: (runtime: Runtime) => Promise<T>): Promise<T> {
  clearTimeout(idle);
  users++;
  try {
    if (shared && (await shared.catch(() => undefined))?.loss) drop();
    shared ??= Runtime.create();
    const creating = shared;
    const runtime = await creating.catch((error: unknown) => {
      if (shared === creating) shared = undefined;
      throw error;
    });
    return await work(runtime);
  } finally {
    users--;
    if (users === 0 && isDawn()) idle = setTimeout(drop, IDLE_MS);
  }
}
