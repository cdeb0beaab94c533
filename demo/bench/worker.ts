/** Measures off the page's thread. */
import { measureCeiling } from '../../bench/ceiling.js';
import type { Contender } from '../../bench/contenders/contender.js';
import { onAdapter } from '../../bench/contenders/on_adapter.js';
import type { Loaders } from '../../bench/contenders/registry.js';
import { countDeviceMemory } from '../../bench/device_memory.js';
import { openDevice } from '../../bench/gpu.js';
import { adapterName } from '../../bench/job.js';
import { judge } from '../../bench/judge.js';
import { type Effort, measure, type Measured } from '../../bench/measure.js';
import { assemble, chooseStart, SYNTHETIC } from '../../bench/sources.js';
import type { Method, Workload } from '../../bench/workload.js';
import { type JobContext, serveJobs } from '../shared/worker_host.js';
import { type BenchJobs, HERE, type Reference } from './jobs.js';

const EFFORT: Effort = {
  samples: 3,
  sampleMilliseconds: 500,
  mostIterations: 100,
  slowMilliseconds: 3000,
  wholeFits: true,
};
const LOADERS: Loaders = onAdapter;

async function refer({ name, share }: BenchJobs['refer']['takes']): Promise<Reference> {
  const made = await assemble(SYNTHETIC[name], share);
  if (made.method !== 'kmeans') return { title: made.title, start: made.start, objectives: [] };
  const { workload, references } = chooseStart(made);
  return { title: workload.title, start: workload.start, objectives: references };
}

async function measureOne(
  { contender, workload: { name, share }, reference }: BenchJobs['measure']['takes'],
  { send }: JobContext<Measured>,
) {
  const { start, objectives } = reference;
  const workload: Workload = { ...(await assemble(SYNTHETIC[name], share)), start };
  const loaders = LOADERS[workload.method] as Record<string, () => Promise<Contender<Method>>>;
  let figures: Measured = {};
  let problem: string | undefined;
  const report = (known: Measured) => {
    figures = { ...figures, ...known };
    send(known);
  };
  try {
    await measure(await loaders[contender](), workload, EFFORT, report, countDeviceMemory());
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  return judge(workload, { contender, on: HERE, figures, problem }, objectives);
}

async function settle() {
  const device = await openDevice();
  await device.queue.onSubmittedWorkDone();
  device.destroy();
  return undefined;
}

serveJobs<BenchJobs>({
  settle,
  ceiling: async () => ({
    adapter: (await adapterName()) ?? 'none',
    ceiling: await measureCeiling(),
  }),
  refer,
  measure: measureOne,
});
