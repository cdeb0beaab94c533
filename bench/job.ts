/** One contender on one workload: what is asked of a process or a page, and how it answers. */
import { type Ceiling, measureCeiling } from './ceiling.js';
import type { Contender } from './contenders/contender.js';
import type { Loaders } from './contenders/registry.js';
import { countDeviceMemory } from './device_memory.js';
import { type Effort, measure, type Measured } from './measure.js';
import type { Method, Workload, WorkloadShape } from './workload.js';

/** What is asked. The numbers lie in files `<name>.data` and `<name>.start`. */
export type Job =
  | { readonly task: 'ceiling' }
  | {
      readonly task: 'measure';
      readonly contender: string;
      readonly workload: WorkloadShape;
      readonly effort: Effort;
    };

/** What comes back: figures as they are known, then 'done' or 'failed'. */
export type Answer =
  | { readonly kind: 'adapter'; readonly adapter: string }
  | { readonly kind: 'ceiling'; readonly ceiling: Ceiling }
  | { readonly kind: 'figures'; readonly figures: Measured }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string };

/** How the place where a job runs differs from others. */
export interface Surroundings {
  readonly loaders: readonly Loaders[];
  /** The float32 numbers of one of the workload's files. */
  readonly readNumbers: (file: string) => Promise<Float32Array>;
  readonly answer: (answer: Answer) => void;
}

/** The name of the adapter; undefined where there is none. */
export async function adapterName(): Promise<string | undefined> {
  const { gpu } = globalThis.navigator as { gpu?: GPU };
  const adapter = await gpu?.requestAdapter();
  if (!adapter) return undefined;
  const { vendor, architecture, description } = adapter.info;
  return [vendor, architecture, description].filter(Boolean).join(' ');
}

function find<M extends Method>(
  loaders: readonly Loaders[],
  method: M,
  name: string,
): () => Promise<Contender<M>> {
  for (const { [method]: known } of loaders) if (name in known) return known[name];
  throw new Error(`no contender '${name}' for ${method} here`);
}

/** Does a job. Never rejects: what went wrong is the answer. */
export async function run(job: Job, { loaders, readNumbers, answer }: Surroundings): Promise<void> {
  try {
    if (job.task === 'ceiling') {
      answer({ kind: 'adapter', adapter: (await adapterName()) ?? 'none' });
      answer({ kind: 'ceiling', ceiling: await measureCeiling() });
    } else {
      const { contender: name, workload: shape, effort } = job;
      const [data, start] = await Promise.all([
        readNumbers(`${shape.name}.data`),
        readNumbers(`${shape.name}.start`),
      ]);
      const workload: Workload = { ...shape, data, start };
      const contender = await find(loaders, shape.method, name)();
      const report = (figures: Measured) => {
        answer({ kind: 'figures', figures });
      };
      await measure(contender, workload, effort, report, countDeviceMemory());
    }
    answer({ kind: 'done' });
  } catch (error) {
    answer({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}
