/** What is asked of every kernel: to agree with its twin, and that a wrong copy of it does not. */
import type { KernelConstants, KernelSource } from '../../../host/kernel.js';
import { readsStored, storedAs } from '../../../src/rows/storage.js';
import type { Case } from '../case.js';
import { expectThat } from '../expect.js';
import { Lab } from './lab.js';

/** Of those whose text changed since the commit before; put in when the suites are bundled. */
declare const CHANGED_KERNELS: readonly string[] | 'all';

/** Text of a kernel, and what makes a wrong copy when put in its place. */
export type Mutation = readonly [text: string, replacement: string];

export interface KernelTest {
  readonly source: KernelSource;
  /** An optional feature; on devices without it the library does not use the kernel. */
  readonly needs?: GPUFeatureName;
  /** What the library may put for its constants; when absent, every setting of its switches. */
  readonly variants?: readonly KernelConstants[];
  /**
   * Runs `kernel`, the one in shaders/ or a wrong copy of it, at sizes around each of its
   * boundaries, and compares it with its twin.
   *
   * @throws ExpectationError where they differ
   */
  readonly compare: (lab: Lab, kernel: KernelSource) => Promise<void>;
  /** Mistakes that the comparison must find, beside those any kernel may have. */
  readonly mutations: readonly Mutation[];
}

/** For cases that compile dozens of kernels, a second each on some drivers. */
const COMPILING_TIMEOUT_MS = 240_000;

/** Comparisons under way at once: Firefox looks only every 100 ms whether a buffer is mapped. */
const AT_ONCE = 8;

/** Compares each of several shapes, many at once. Throws when none is under way any more. */
export async function compareEach<Shape>(
  shapes: readonly Shape[],
  compare: (shape: Shape, i: number) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < shapes.length; at += AT_ONCE) {
    const batch = shapes.slice(at, at + AT_ONCE);
    const outcomes = await Promise.allSettled(batch.map((shape, i) => compare(shape, at + i)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

/** Every shape without weights, then with. */
export function weightedToo<Shape>(
  shapes: readonly Shape[],
): readonly (Shape & { readonly weighted: boolean })[] {
  return [false, true].flatMap((weighted) => shapes.map((shape) => ({ ...shape, weighted })));
}

/** Mistakes in what several kernels have in common. */
const COMMON_MUTATIONS: readonly Mutation[] = [
  ['group.x + group.y * groups.x', 'group.x'],
  ['state[HALTED] != 0', 'false'],
  ['(WEIGHTED', '(!WEIGHTED'],
];

/** A permutation of a kernel, to be tested as one of its own. */
export function permutation(
  source: KernelSource,
  name: string,
  constants: Readonly<Record<string, string>>,
): KernelSource {
  return {
    ...source,
    name: `${source.name} ${name}`,
    constants: { ...source.constants, ...constants },
  };
}

/** All settings of a kernel's switches. */
export function switches({ constants }: KernelSource): readonly KernelConstants[] {
  const names = Object.keys(constants).filter((name) =>
    ['false', 'true'].includes(constants[name]),
  );
  return names.reduce<readonly KernelConstants[]>(
    (all, name) =>
      all.flatMap((values) => [
        { ...values, [name]: false },
        { ...values, [name]: true },
      ]),
    [{}],
  );
}

/** The kernel's text with a mistake. Throws ExpectationError where there is nothing to replace. */
function wrongCopy({ source }: KernelTest, [text, replacement]: Mutation): string {
  const code = source.code.replaceAll(text, replacement);
  const copy = `kernel '${source.name}' with '${replacement}' for '${text}'`;
  expectThat(code !== source.code, `${copy}: the kernel has no such text any more.`);
  return code;
}

/** Throws ExpectationError unless every wrong copy of the kernel is one, be it run now or not. */
export function expectWrongCopies(test: KernelTest): void {
  for (const mutation of test.mutations) wrongCopy(test, mutation);
}

/** Throws ExpectationError unless the comparison finds the wrong copy. */
async function expectFound(lab: Lab, test: KernelTest, mutation: Mutation): Promise<void> {
  const { source, compare } = test;
  const code = wrongCopy(test, mutation);
  const outcome = await compare(lab, { ...source, code }).then(
    () => 'nothing',
    (error: unknown) =>
      (error as Error).name === 'ExpectationError' ? 'a difference' : String(error),
  );
  const [text, replacement] = mutation;
  expectThat(
    outcome === 'a difference',
    `kernel '${source.name}' with '${replacement}' for '${text}': the comparison found ${outcome}.`,
  );
}

export function kernelCases(test: KernelTest): readonly Case[] {
  const { source, needs, variants = switches(source), compare, mutations } = test;
  const halves = readsStored(source) ? [storedAs('float16', source)] : [];
  const common = COMMON_MUTATIONS.filter(([text]) => source.code.includes(text));
  const kernelCase = (
    name: string,
    work: (lab: Lab) => Promise<void>,
    others: Partial<Case> = {},
  ): Case => ({
    name: `${source.name}${name}`,
    needsGpu: true,
    ...others,
    run: (context) =>
      Lab.with(context, async (lab) => {
        if (needs === undefined || lab.runtime.features.has(needs)) await work(lab);
        else context.note(`not used on this device, which lacks ${needs}`);
      }),
  });
  return [
    kernelCase(
      ' compiles in every variant',
      async ({ runtime }) => {
        for (const kernel of [source, ...halves]) {
          for (const constants of variants) await runtime.kernel(kernel, constants);
        }
      },
      { where: 'each compiler' },
    ),
    kernelCase(' agrees with its twin', (lab) => compare(lab, source), {
      timeoutMs: COMPILING_TIMEOUT_MS,
    }),
    ...halves.map((kernel) =>
      kernelCase(' agrees with its twin over float16', (lab) => compare(lab, kernel), {
        timeoutMs: COMPILING_TIMEOUT_MS,
        where: 'quick driver',
      }),
    ),
    ...(CHANGED_KERNELS === 'all' || CHANGED_KERNELS.includes(source.name.split(' ')[0])
      ? [
          kernelCase(
            ': wrong copies are found',
            (lab) =>
              compareEach([...common, ...mutations], (mutation) =>
                expectFound(lab, test, mutation),
              ),
            {
              timeoutMs: COMPILING_TIMEOUT_MS,
              where: needs === 'subgroups' ? 'each subgroup size' : 'once',
            },
          ),
        ]
      : []),
  ];
}
