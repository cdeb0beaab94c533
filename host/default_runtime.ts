/** The runtime shared by all calls that bring none of their own. */
import { isDawn } from './gpu.js';
import { Runtime, type RuntimeSettings } from './runtime.js';
import { checkRuntimeOptions, type SharedRuntimeOptions } from './runtime_options.js';
import { tuningSettings } from './tuning_options.js';

/** In Node an idle device keeps the process alive, so it is destroyed after this long. */
const IDLE_MS = 100;

/** A runtime, and the calls that use it or wait for it. */
interface Shared {
  readonly creating: Promise<Runtime>;
  users: number;
}

let settings: RuntimeSettings = {};
let shared: Shared | undefined;
let idle: ReturnType<typeof setTimeout> | undefined;

/** Gives `one` to no further call; once the last has gone its device is destroyed. */
function retire(one: Shared | undefined): void {
  if (!one) return;
  if (shared === one) shared = undefined;
  if (one.users > 0) return;
  one.creating.then(
    (runtime) => {
      runtime.dispose();
    },
    () => undefined,
  );
}

function leave(one: Shared): void {
  if (--one.users > 0) return;
  if (shared !== one) retire(one);
  else if (isDawn()) {
    clearTimeout(idle);
    idle = setTimeout(() => {
      if (one.users === 0) retire(one);
    }, IDLE_MS);
  }
}

/** The shared runtime, made where there is none. */
async function join(): Promise<{ readonly one: Shared; readonly runtime: Runtime }> {
  const one = (shared ??= { creating: Runtime.create(settings, 'shared'), users: 0 });
  one.users++;
  try {
    return { one, runtime: await one.creating };
  } catch (error) {
    retire(one);
    leave(one);
    throw error;
  }
}

/**
 * Sets the options of the device that all calls share which bring no `runtime` of their own. The
 * calls under way keep the device they have; later ones get one made with these options.
 *
 * @throws InvalidArgumentError
 */
export function configureSharedRuntime(options: SharedRuntimeOptions): void {
  const checked = checkRuntimeOptions(options, true);
  settings = { ...checked, tuning: tuningSettings(checked.tuning) };
  retire(shared);
}

/**
 * Runs `work` with the shared runtime, made when first needed and made anew after its device was
 * lost: work that was under way then begins again, `retries` times at most. In Node the device is destroyed
 * once nothing has used it for a moment, so that the process can end by itself.
 *
 * @throws NoAdapterError when no WebGPU adapter or device can be had
 */
export async function withDefaultRuntime<T>(
  work: (runtime: Runtime) => Promise<T>,
  retries = 1,
): Promise<T> {
  for (;;) {
    const { one, runtime } = await join();
    try {
      if (!runtime.loss) return await work(runtime);
    } catch (error) {
      if (!runtime.isLostBy(error) || retries-- === 0) throw error;
    } finally {
      // Only the lost one: another call may have replaced it already.
      if (runtime.loss) retire(one);
      leave(one);
    }
  }
}
