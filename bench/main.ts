/** `npm run bench` and `npm run bench:node`: every contender on every workload, in one run. */
import { mkdir, rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { writeAtomic } from '../src/cli/write/atomic.js';
import { CONTENDERS, OURS } from './contenders/registry.js';
import { findDrivers } from './drivers.js';
import { GROWTH } from './growth.js';
import { chromePlaces, dataFolder, nodePlace, type Place } from './places.js';
import { Session } from './session.js';
import { formatCeiling, formatGrowth, formatTable } from './table.js';
import { WORKLOAD_NAMES } from './workloads.js';

const GROWTH_NAMES = Object.keys(GROWTH).map((axis) => `growth-${axis}`);
const PEERS = CONTENDERS.map(({ name }) => name).filter((name) => name !== OURS);

/** Names by comma, each one of `known`. */
const namesOf = (what: string, known: readonly string[]) => (text: string) => {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new InvalidArgumentError(`There is no ${what} '${unknown}'; known: ${known.join(', ')}.`);
};

const positive = (text: string) => {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Give a number above 0.');
};

interface Options {
  readonly only?: string[];
  readonly peers?: string[];
  readonly drivers?: string[];
  readonly adapter: 'swiftshader' | 'default';
  readonly quick?: true;
  readonly rows?: number;
  readonly samples?: number;
  readonly limit?: number;
  readonly fits: boolean;
}

const program = new Command('bench')
  .description('Times this library beside its peers, and checks what they compute in float64.')
  .argument('<where>', "'chrome' or 'node'; npm run bench and bench:node give it")
  .option(
    '--only <names>',
    `workloads, by comma: ${[...WORKLOAD_NAMES, ...GROWTH_NAMES].join(', ')}`,
    namesOf('workload', [...WORKLOAD_NAMES, ...GROWTH_NAMES]),
  )
  .option(
    '--peers <names>',
    `beside ${OURS}, by comma, or 'none': ${PEERS.join(', ')}`,
    namesOf('peer', [...PEERS, 'none']),
  )
  .option('--drivers <names>', 'node: Vulkan drivers, by comma (default: all that work)', (text) =>
    text.split(','),
  )
  .addOption(
    new Option('--adapter <name>', 'chrome: which adapter')
      .choices(['swiftshader', 'default'])
      .default('swiftshader'),
  )
  .option('--quick', 'a tenth of the rows, shorter runs, a minute a contender')
  .option('--rows <share>', 'share of the rows, 1 being all', positive)
  .option('--samples <count>', 'samples, of which the median counts (default 3)', positive)
  .option('--limit <seconds>', 'the most time for one contender on one workload', positive)
  .option('--no-fits', 'leave out whole fits and k-means++')
  .parse();

const options = program.opts<Options>();
const [where] = program.args;

async function openPlaces(): Promise<{
  adapters: Place[];
  cpu: Place;
  close: () => Promise<void>;
}> {
  if (where === 'chrome') {
    const { adapter, cpu, close } = await chromePlaces(options.adapter);
    return { adapters: [adapter], cpu, close };
  }
  if (where !== 'node') program.error(`error: <where> is '${where}'; it is 'chrome' or 'node'.`);
  const drivers = await findDrivers();
  const wanted = options.drivers ?? drivers.map(({ name }) => name);
  const missing = wanted.find((name) => !drivers.some((driver) => driver.name === name));
  if (missing !== undefined || drivers.length === 0) {
    program.error(
      `error: no Vulkan driver '${missing ?? ''}' works here; ` +
        `these do: ${drivers.map(({ name }) => name).join(', ') || 'none'}.`,
    );
  }
  const chosen = drivers.filter(({ name }) => wanted.includes(name));
  return {
    adapters: chosen.map((driver) => nodePlace(driver)),
    cpu: nodePlace(),
    close: () => Promise.resolve(),
  };
}

const quick = options.quick ?? false;
await mkdir(dataFolder, { recursive: true });
const places = await openPlaces();
const session = new Session({
  ...places,
  python: nodePlace(),
  peers: options.peers ?? PEERS,
  rows: options.rows ?? (quick ? 0.1 : 1),
  limitMilliseconds: 1000 * (options.limit ?? (quick ? 60 : 600)),
  effort: {
    samples: options.samples ?? 3,
    sampleMilliseconds: quick ? 300 : 1000,
    mostIterations: 100,
    slowMilliseconds: quick ? 2000 : 5000,
    wholeFits: options.fits,
  },
  log: (line) => {
    console.error(line);
  },
});
try {
  await session.measureCeilings();
  for (const name of options.only ?? [...WORKLOAD_NAMES, ...GROWTH_NAMES]) {
    await (GROWTH_NAMES.includes(name) ? session.grow(name) : session.compare(name));
  }
  await session.measureCeilings();
} finally {
  await places.close();
  await rm(dataFolder, { recursive: true, force: true });
}

const { rows, growth, ceilings, adapters } = session.results();
const drivers = places.adapters.map(({ name }) => name);
if (rows.length > 0) console.log(`\n${formatTable(rows, drivers)}`);
if (growth.length > 0) console.log(`\n${formatGrowth(growth)}`);
for (const [on, ceiling] of Object.entries(ceilings)) {
  console.log(`\n${formatCeiling(on, adapters[on], ceiling)}`);
}
const machine = { processor: cpus()[0]?.model, cores: cpus().length, node: process.version };
const results = { where, options, machine, adapters, ceilings, rows, growth };
const file = `out/bench-${where}.json`;
await mkdir('out', { recursive: true });
await writeAtomic(file, `${JSON.stringify(results, null, 2)}\n`);
console.log(`\nwrote ${file}`);
const isBroken = rows.some(
  ({ contender, isWrong, iteration }) => contender === OURS && (isWrong || iteration === undefined),
);
process.exit(isBroken ? 1 : 0);
