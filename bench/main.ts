/** `npm run bench`: every contender on every workload and driver, side by side in one run. */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { lavapipeEnvironment, swiftShaderEnvironment } from '../src/cli/vulkan.js';
import { writeAtomic } from '../src/cli/write/atomic.js';
import type { Measurement } from './measure.js';

const HELP = `npm run bench -- [options]
  --only NAMES      workloads, by comma: blobs, mnist-10, mnist-256, mixture-full,
                    mixture-diag
  --peers NAMES     beside webgpu-clustering: ml-kmeans, skmeans, tfjs-webgpu, scikit-learn
                    (default: all)
  --drivers NAMES   lavapipe, swiftshader (default: those installed)
  --iterations N    iterations timed (default 5)
  --samples N       runs, of which the median counts (default 3)
  --quick           one sample of one iteration; slow peers are left out on SwiftShader`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'blobs,mnist-10,mnist-256,mixture-full,mixture-diag' },
    peers: { type: 'string', default: 'ml-kmeans,skmeans,tfjs-webgpu,scikit-learn' },
    drivers: { type: 'string', default: 'lavapipe,swiftshader' },
    iterations: { type: 'string' },
    samples: { type: 'string' },
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit();
}

const OURS = 'webgpu-clustering';
/** Objectives from the same start agree to this, relative; beyond it a result is wrong. */
const MOST_DIFFERENCE = 1e-3;
const ON_DRIVER = new Set([OURS, 'tfjs-webgpu']);
/** Who fits mixtures, and who does K-means. */
const offers = (contender: string, workload: string) =>
  ON_DRIVER.has(contender) || (contender === 'scikit-learn') === workload.startsWith('mixture');
const list = (text: string) =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

async function driverVariables(
  name: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  if (name === 'swiftshader') return swiftShaderEnvironment();
  if (name === 'lavapipe') return lavapipeEnvironment();
  throw new Error(`There is no driver '${name}'; the drivers are lavapipe and swiftshader.`);
}

async function measure(
  contender: string,
  workload: string,
  iterations: number,
  samples: number,
  variables: Readonly<Record<string, string>>,
): Promise<Measurement> {
  const script = join(dirname(process.argv[1]), 'measure.js');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--max-old-space-size=12000',
      script,
      contender,
      workload,
      String(iterations),
      String(samples),
    ],
    { env: { ...process.env, ...variables }, maxBuffer: 1 << 26 },
  );
  return JSON.parse(stdout.trim().split('\n').pop()!) as Measurement;
}

/** Peers that take minutes an iteration get one sample of one iteration. */
function effort(
  contender: string,
  driver: string | undefined,
): { iterations: number; samples: number } {
  const slow = values.quick || (contender === 'tfjs-webgpu' && driver === 'swiftshader');
  return {
    iterations: Number(values.iterations ?? (slow || contender !== OURS ? 1 : 5)),
    samples: Number(values.samples ?? (slow ? 1 : 3)),
  };
}

const workloads = list(values.only);
const peers = list(values.peers);
const results: (Measurement & { driver: string })[] = [];
const failures: string[] = [];

async function add(
  contender: string,
  workload: string,
  driver: string,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const { iterations, samples } = effort(contender, driver);
  try {
    const measurement = await measure(contender, workload, iterations, samples, variables);
    results.push({ ...measurement, driver });
    console.error(
      `${workload} ${contender} ${driver}: ${measurement.iteration.toFixed(1)} ms an iteration`,
    );
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.split('\n').slice(0, 3).join(' ') : String(error);
    failures.push(`${workload} ${contender} ${driver}: ${reason}`);
    console.error(`${workload} ${contender} ${driver}: failed`);
  }
}

const drivers: [string, Readonly<Record<string, string>>][] = [];
for (const name of list(values.drivers)) {
  const variables = await driverVariables(name);
  if (variables) drivers.push([name, variables]);
  else
    console.error(
      `${name} is not installed here (Debian: mesa-vulkan-drivers 25 or newer); it is left out.`,
    );
}
if (drivers.length === 0) throw new Error('No driver to measure on.');
for (const workload of workloads) {
  // Plain-JavaScript peers use no driver: one figure beside all of them, though Dawn must load.
  for (const peer of peers.filter((name) => !ON_DRIVER.has(name) && offers(name, workload))) {
    await add(peer, workload, 'cpu', drivers[0][1]);
  }
  for (const [driver, variables] of drivers) {
    for (const contender of [OURS, ...peers.filter((name) => ON_DRIVER.has(name))]) {
      if (values.quick && contender !== OURS && driver === 'swiftshader') continue;
      await add(contender, workload, driver, variables);
    }
  }
}

const ours = new Map(
  results
    .filter(({ contender }) => contender === OURS)
    .map((m) => [`${m.workload} ${m.driver}`, m]),
);
const rows = results.map((m) => {
  const own = ours.get(`${m.workload} ${m.driver}`) ?? ours.get(`${m.workload} ${drivers[0][0]}`);
  // A time for another result is no time to compare: tfjs returns nonsense past a binding's limit.
  const isWrong = own !== undefined && Math.abs(m.objective / own.objective - 1) > MOST_DIFFERENCE;
  if (isWrong) failures.push(`${m.workload} ${m.contender} ${m.driver}: a wrong result`);
  const against = (driver: string) => {
    const other = ours.get(`${m.workload} ${driver}`);
    if (!other || m.contender === OURS) return '';
    return isWrong ? 'wrong result' : `${(m.iteration / other.iteration).toFixed(2)}x`;
  };
  return {
    workload: m.workload,
    contender: m.contender,
    driver: m.driver,
    'ms/iteration': Number(m.iteration.toFixed(1)),
    'first ms': Math.round(m.first),
    ...Object.fromEntries(
      drivers.map(([name]) => [
        `ours is faster (${name})`,
        m.driver === 'cpu' || m.driver === name ? against(name) : '',
      ]),
    ),
    'objective / ours': own ? Number((m.objective / own.objective).toFixed(6)) : '',
    'device MiB': m.deviceBytes === undefined ? '' : Math.round(m.deviceBytes / 2 ** 20),
  };
});
console.table(rows);
for (const failure of failures) console.log(`failed: ${failure}`);
await mkdir('out', { recursive: true });
await writeAtomic('out/bench.json', `${JSON.stringify({ results, failures }, null, 2)}\n`);
console.log('wrote out/bench.json');
process.exitCode = failures.length > 0 ? 1 : 0;
