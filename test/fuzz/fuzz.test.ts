/**
 * Odd arguments, odd files and odd command lines: each call comes to a good result or to one of the
 * library's own errors, in time, whatever it is given. The cases come from a seed, which is printed.
 * CONTRIBUTING.md tells how to try more of them.
 */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'vite';
import { beforeAll, describe, expect, test } from 'vitest';
import { lavapipeEnvironment, swiftShaderEnvironment } from '../../src/cli/vulkan.js';
import { checkLibrary, root, useBuiltLibrary } from '../engines/bundle.js';
import {
  type Failure,
  type Message,
  SHARES,
  type SubjectName,
  WITHOUT_DEVICE,
} from './protocol.js';

const outDir = join(root, 'out', 'fuzz');

const { FUZZ_RUNS, FUZZ_DEVICE_RUNS, FUZZ_SEED, FUZZ_FAILURES } = process.env;
/** The suite's own cases are always the same; whoever asks for more of them gets others each time. */
const SEED = Number(FUZZ_SEED ?? (FUZZ_RUNS === undefined ? 12 : Date.now() % 2 ** 31));

interface Engine {
  /** Cases in all. */
  readonly runs: number;
  /** How long one may take. */
  readonly milliseconds: number;
  readonly environment: () => Promise<NodeJS.ProcessEnv>;
  readonly without: readonly SubjectName[];
}

const ENGINES: Readonly<Record<string, Engine>> = {
  'the CPU twin': {
    runs: Number(FUZZ_RUNS ?? 1300),
    milliseconds: 10_000,
    environment: () => Promise.resolve({}),
    without: [],
  },
  'a device': {
    runs: Number(FUZZ_DEVICE_RUNS ?? 70),
    milliseconds: 60_000,
    // Each process compiles its kernels anew, for which lavapipe has a cache on disk.
    environment: async () => ({
      ...((await lavapipeEnvironment()) ?? (await swiftShaderEnvironment())),
      FUZZ_ENGINE: 'device',
    }),
    without: WITHOUT_DEVICE,
  },
};

beforeAll(async () => {
  await checkLibrary();
  await build({
    ...{ configFile: false, root, logLevel: 'warn', plugins: [useBuiltLibrary(outDir)] },
    build: {
      ...{ outDir, emptyOutDir: true, target: 'node20', minify: false },
      lib: { entry: join(root, 'test/fuzz/child.ts'), formats: ['es'], fileName: 'child' },
      rolldownOptions: { external: /^(?![./])/ },
    },
  });
  console.log(`FUZZ_SEED=${SEED}`);
});

/** What came of one process: it ended, hung or died, after so many cases. */
interface Outcome {
  readonly failures: readonly Failure[];
  readonly runs: number;
}

/** Tries cases in a process of their own, which is killed where one of them hangs. */
async function tryIn(
  { milliseconds, environment }: Engine,
  name: SubjectName,
  seed: number,
  runs: number,
): Promise<Outcome> {
  const variables = await environment();
  const wanted = FUZZ_FAILURES === 'all' ? 'all' : 'first';
  const child = fork(
    join(outDir, 'child.js'),
    [name, String(seed), String(runs), String(milliseconds), wanted],
    { env: { ...process.env, ...variables }, silent: true },
  );
  let stderr = '';
  child.stderr?.on('data', (data: Buffer) => (stderr = (stderr + data.toString()).slice(-2000)));
  return new Promise((done) => {
    let begun = 0;
    let value = '';
    let ended: readonly Failure[] | undefined;
    let hangs = false;
    const wait = () =>
      setTimeout(() => {
        hangs = true;
        child.kill('SIGKILL');
      }, 1.5 * milliseconds);
    let timer = wait();
    child.on('message', (message: Message) => {
      clearTimeout(timer);
      if (message.kind === 'ends') {
        ended = message.failures;
        return;
      }
      timer = wait();
      value = message.value;
      begun++;
    });
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      const death = hangs
        ? `nothing else runs, and no timer, for ${1.5 * milliseconds} ms`
        : `the process ended with ${code ?? signal}: ${stderr}`;
      const again = `(seed ${seed}, case ${begun})`;
      done({
        failures: ended ?? [{ text: `${death} ${again}`, value, times: 1 }],
        runs: begun,
      });
    });
  });
}

/** All cases of a subject; where all failures are wanted, in as many processes as it takes. */
async function tryAll(engine: Engine, name: SubjectName, runs: number): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (let [left, seed] = [runs, SEED]; left > 0; seed++) {
    const outcome = await tryIn(engine, name, seed, left);
    failures.push(...outcome.failures);
    left -= outcome.runs;
    if (FUZZ_FAILURES !== 'all') break;
  }
  return failures;
}

const shown = ({ text, value, times }: Failure): string =>
  `${text}\nwith ${value}${times > 1 ? `\n(and ${times - 1} like it)` : ''}\n`;

describe.each(Object.entries(ENGINES))('on %s', (_, engine) => {
  const subjects = (Object.keys(SHARES) as SubjectName[]).filter(
    (name) => !engine.without.includes(name),
  );
  const total = subjects.reduce((sum, name) => sum + SHARES[name], 0);
  test.each(subjects)('%s', { timeout: 3_600_000 }, async (name) => {
    const runs = Math.ceil((engine.runs * SHARES[name]) / total);
    expect((await tryAll(engine, name, runs)).map(shown).join('\n')).toBe('');
  });
});
