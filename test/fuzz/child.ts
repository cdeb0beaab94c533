/**
 * The process that cases run in, so that one that hangs or kills it is noticed from outside: bundled to
 * out/fuzz/child.js. It tells what it is about to do before it does it.
 *
 * usage: child.js SUBJECT SEED RUNS MILLISECONDS first|all
 */
import fc from 'fast-check';
import { Fault } from './judge.js';
import type { Subject } from './fits.js';
import { METHODS } from './methods.js';
import type { Failure, Message, SubjectName } from './protocol.js';

const [name, seed, runs, limit, wanted] = process.argv.slice(2);

/** Errors that no call was there to take. */
const escaped: unknown[] = [];
process.on('unhandledRejection', (reason) => escaped.push(reason));
process.on('uncaughtException', (error) => escaped.push(error));

// Warnings and what the command line prints are not judged here.
for (const method of ['log', 'warn', 'error'] as const) console[method] = () => undefined;
for (const stream of [process.stdout, process.stderr]) stream.write = () => true;

const send = (message: Message): Promise<void> =>
  new Promise((done) =>
    process.send?.(message, () => {
      done();
    }),
  );

function textOf(error: unknown): string {
  if (error instanceof Fault) return error.message;
  return error instanceof Error ? (error.stack ?? String(error)) : typeof error;
}

async function judged(check: (value: unknown) => Promise<void>, value: unknown): Promise<void> {
  await send({ kind: 'begins', value: fc.stringify(value).slice(0, 3000) });
  escaped.length = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Fault(`no answer within ${limit} ms`));
    }, Number(limit));
  });
  try {
    await Promise.race([check(value), late]);
    // Lets what was left behind come up.
    await new Promise((done) => setImmediate(done));
    if (escaped.length > 0) throw new Fault(`an error escaped: ${textOf(escaped[0])}`);
  } finally {
    clearTimeout(timer);
  }
}

/** Failures that differ in numbers alone are of one kind. */
function kindOf(text: string): string {
  const place = /\n\s+at .*/.exec(text)?.[0] ?? '';
  return text.split('\n')[0].replace(/-?\d[-\d.e+]*/g, '#') + place;
}

/** Readers and writers are loaded where they are tried. */
const subjects: Readonly<Partial<Record<SubjectName, Subject>>> =
  name in METHODS ? METHODS : (await import('./files.js')).FILES_AND_COMMANDS;
const { values, check } = subjects[name as SubjectName]!;
const failures = new Map<string, Failure>();

/** Goes on after a failure, keeping the shortest case of each kind. */
async function collected(value: unknown): Promise<void> {
  try {
    await judged(check, value);
  } catch (error) {
    const text = textOf(error);
    const kind = kindOf(text);
    const shown = fc.stringify(value).slice(0, 3000);
    const known = failures.get(kind);
    const shorter = known === undefined || shown.length < known.value.length;
    const kept = shorter ? { text, value: shown } : known;
    failures.set(kind, { ...kept, times: (known?.times ?? 0) + 1 });
  }
}

const property = fc.asyncProperty(values, (value) =>
  wanted === 'all' ? collected(value) : judged(check, value),
);
const details = await fc.check(property, { seed: Number(seed), numRuns: Number(runs) });
if (details.failed) {
  const value = fc.stringify(details.counterexample?.[0]).slice(0, 3000);
  const again = `seed ${details.seed}, path '${details.counterexamplePath ?? ''}'`;
  const text = `${textOf(details.errorInstance)}\n(${again}, made smaller ${details.numShrinks} times)`;
  failures.set('', { text, value, times: 1 });
}
await send({ kind: 'ends', failures: [...failures.values()] });
process.exit();
