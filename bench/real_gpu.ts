/**
 * `npm run bench:gpu`, for a machine with a graphics processor: the tests of kernels, the bench with its races and
 * shares of what the adapter can do at most, and where the device's time goes, in ten minutes at most. Prints one
 * text, which is also in out/gpu.md, for docs/gpus.md or an issue. Options: --driver NAME (default: the first that
 * is no software), --minutes MOST, --rows SHARE, --only WORKLOADS by comma, --tests PATTERN of the kernels' names.
 */
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { probeAdapter, type Variables } from '../src/cli/vulkan.js';
import { findDrivers } from './drivers.js';

const SOFTWARE = ['lavapipe', 'swiftshader'];
const FILE = 'out/gpu.md';

const { values } = parseArgs({
  options: {
    driver: { type: 'string' },
    minutes: { type: 'string', default: '10' },
    rows: { type: 'string', default: '1' },
    only: {
      type: 'string',
      default: 'blobs,mnist-10,mnist-256,colours,splats,words,mixture-full,pca',
    },
    tests: { type: 'string', default: '' },
  },
});

interface Step {
  readonly title: string;
  readonly program: string;
  readonly programArguments: readonly string[];
  readonly variables?: Variables;
  /** The share of what time is left that it may take. */
  readonly share: number;
}

/** What a program wrote, and how it ended; it is ended itself once its time is up. */
async function output(
  { program, programArguments, variables }: Step,
  milliseconds: number,
): Promise<{ text: string; ending: string }> {
  const child = spawn(program, programArguments, {
    env: { ...process.env, NO_COLOR: '1', ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
    // So that all that it started can be ended with it.
    detached: true,
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  return new Promise((resolve, reject) => {
    let ending: string | undefined;
    const timer = setTimeout(() => {
      ending = `cut off after ${Math.round(milliseconds / 1000)} s`;
      process.kill(-child.pid!, 'SIGKILL');
    }, milliseconds);
    child.on('error', reject).on('close', (code) => {
      clearTimeout(timer);
      resolve({ text: text.trim(), ending: ending ?? (code === 0 ? 'passed' : `failed: ${code}`) });
    });
  });
}

const drivers = await findDrivers();
const driver = drivers.find(({ name }) =>
  values.driver === undefined ? !SOFTWARE.includes(name) : name === values.driver,
);
if (!driver) {
  const known = drivers.map(({ name }) => name).join(', ') || 'none';
  console.error(
    `There is no ${values.driver ?? 'graphics processor'} here; drivers that work: ${known}. ` +
      `Install a Vulkan driver, or name one of these by --driver.`,
  );
  process.exit(1);
}
const { name, variables } = driver;
const folder = dirname(process.argv[1]);
const node = process.execPath;
const steps: readonly Step[] = [
  {
    title: 'Tests of kernels',
    program: 'npx',
    programArguments: [
      ...['vitest', 'run', '--project', 'engines', '--reporter', 'dot'],
      ...['-t', `kernels.*${values.tests}`, 'test/conformance/engines/dawn_gpu.test.ts'],
    ],
    variables: { ...variables, ENGINE: 'dawn-gpu' },
    share: 0.4,
  },
  {
    title: 'An iteration, the races of kernels, and the share of what the adapter can do at most',
    program: node,
    programArguments: [
      ...[join(folder, 'main.js'), 'node', '--drivers', name, '--peers', 'plain-kernels'],
      ...['--no-fits', '--only', values.only, '--rows', values.rows],
    ],
    share: 0.8,
  },
  {
    title: "The device's time by kernel",
    program: node,
    programArguments: [join(folder, 'profile.js'), values.only.split(',')[0]],
    variables,
    share: 1,
  },
];
const end = performance.now() + 60_000 * Number(values.minutes);
const parts = [
  `# ${(await probeAdapter(variables))?.adapter ?? name}`,
  `Driver ${name}, ${process.platform}, ${cpus()[0].model} with ${cpus().length} cores, Node ${process.version}; ` +
    `${values.rows} of the rows.`,
];
let isGood = true;
for (const step of steps) {
  console.error(`${step.title} ...`);
  const begin = performance.now();
  const { text, ending } = await output(step, step.share * (end - begin));
  isGood &&= ending === 'passed';
  const seconds = Math.round((performance.now() - begin) / 1000);
  parts.push(`## ${step.title}`, `${ending}, ${seconds} s`, `\`\`\`\n${text}\n\`\`\``);
}
const page = `${parts.join('\n\n')}\n`;
await mkdir('out', { recursive: true });
await writeFile(FILE, page);
console.log(page);
console.log(`wrote ${FILE}`);
process.exit(isGood ? 0 : 1);
