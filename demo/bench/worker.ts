/** Measures off the page's thread. */
import { type CeilingEffort, measureCeiling } from '../../bench/ceiling.js';
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
import { type BenchJobs, type EffortName, HERE, type Reference } from './jobs.js';

const EFFORTS: Readonly<Record<EffortName, Effort>> = {
  thorough: {
    samples: 3,
    sampleMilliseconds: 500,
    mostIterations: 100,
    slowMilliseconds: 3000,
    wholeFits: true,
  },
  quick: {
    samples: 1,
    sampleMilliseconds: 20,
    mostIterations: 10,
    slowMilliseconds: 3000,
    wholeFits: false,
  },
};
const QUICK_CEILING: CeilingEffort = {
  workgroups: [64],
  accumulators: [4],
  leastMilliseconds: 10,
  runs: 1,
};
const LOADERS: Loaders = onAdapter;

async function refer({ name, share }: BenchJobs['refer']['takes']): Promise<Reference> {
  const made = await assemble(SYNTHETIC[name], share);
  if (made.method !== 'kmeans') return { title: made.title, start: made.start, objectives: [] };
  const { workload, references } = chooseStart(made);
  return { title: workload.title, start: workload.start, objectives: references };
}

async function measureOne(
  { contender, workload: { name, share }, reference, effort }: BenchJobs['measure']['takes'],
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
    await measure(
      await loaders[contender](),
      workload,
      EFFORTS[effort],
      report,
      countDeviceMemory(),
    );
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
  ceiling: async (effort) => ({
    adapter: (await adapterName()) ?? 'none',
    ceiling: await measureCeiling(effort === 'quick' ? QUICK_CEILING : undefined),
  }),
  refer,
  measure: measureOne,
});
