/** The evidence as a page. */
import { LINE, ratioOf } from '../lines/count.js';
import { CLASSES } from './adapter_classes.js';
import type { Evidence, Known } from './evidence.js';
import { type CaughtKernel, titleOf } from './kernels.js';
import type { Figures } from './listing.js';
import { compareRivals } from './rivals.js';

/** Lines of memory that an innermost loop may touch for each that it needs, without a reason. */
export const MOST_LINES = 2;
/** Multiply-adds of an innermost loop from which its shares are shown. */
const LEAST_FMA = 16;
const percent = (part: number, whole: number) => `${Math.round((100 * part) / whole)} %`;

const table = (head: readonly string[], lines: readonly (readonly (string | number)[])[]) =>
  [head, head.map((_, i) => (i === 0 ? '---' : '--:')), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

const parseCells = (line: string) => JSON.parse(line) as (string | number)[];
const unique = (texts: readonly string[]) => [...new Set(texts)];

/** What follows is of kernels that some class has by default, by name. */
function defaultsOf({ kernels }: Evidence): readonly Known[] {
  return kernels
    .filter(({ defaultOf }) => defaultOf.length > 0)
    .sort((a, b) => titleOf(a).localeCompare(titleOf(b), 'en'));
}

function loopsTable(evidence: Evidence): string {
  const chips = evidence.chips.map(({ name }) => name);
  const [first] = chips;
  const lines = defaultsOf(evidence).flatMap((kernel) => {
    const loop = kernel.figures[first]?.loop;
    if (!loop || loop.fma < LEAST_FMA) return [];
    return [
      [
        titleOf(kernel),
        ...chips.map((chip) => {
          const own = kernel.figures[chip]?.loop;
          return own ? percent(own.fma, own.valu) : '';
        }),
        percent(loop.fma + loop.floats, loop.valu),
        loop.fma,
        loop.vmem,
        loop.smem,
        (loop.fma / Math.max(1, loop.vmem)).toFixed(0),
        Math.min(...chips.flatMap((chip) => kernel.figures[chip]?.subgroups ?? [])),
      ],
    ];
  });
  return table(
    [
      'kernel',
      ...chips,
      `floats (${first})`,
      'FMAs a turn',
      'vector loads',
      'scalar loads',
      'FMAs a vector load',
      'fewest subgroups',
    ],
    lines,
  );
}

function rivalsTable(evidence: Evidence): string {
  const chips = evidence.chips.map(({ name }) => name);
  const lines = compareRivals(evidence).map(({ contest, best, ratios }) => {
    const [first] = contest.candidates;
    return JSON.stringify([
      [contest.kernel, contest.shape.replace(/["{}]/g, '')].filter(Boolean).join(', '),
      first.name,
      best,
      ...chips.map((chip) => (chip in ratios ? ratios[chip].toFixed(2) : '')),
    ]);
  });
  return table(['work', 'default', 'best', ...chips], unique(lines).map(parseCells));
}

/** @param reasons by kernel, why it touches more lines of memory than it needs */
export function linesTable(
  kernels: readonly CaughtKernel[],
  reasons: ReadonlyMap<string, string>,
): string {
  const lines = kernels.flatMap((kernel) => {
    if (!kernel.lines) return [];
    const { inner, worst, whole } = kernel.lines;
    const isMore = ratioOf(inner) > MOST_LINES;
    return [
      [
        titleOf(kernel),
        inner.lines,
        inner.ideal,
        ratioOf(inner).toFixed(2),
        ratioOf(whole).toFixed(2),
        isMore ? `\`${worst.text}\`` : '',
        isMore ? (reasons.get(kernel.name) ?? '') : '',
      ],
    ];
  });
  const head = ['kernel', 'lines', 'ideal', 'ratio', 'ratio in all', 'the worst access', 'why'];
  return table(head, unique(lines.map((cells) => JSON.stringify(cells))).map(parseCells));
}

const COLUMNS: readonly (readonly [title: string, of: keyof Omit<Figures, 'loop'>])[] = [
  ['registers', 'vgprs'],
  ['spills', 'spills'],
  ['scratch', 'scratch'],
  ['LDS', 'lds'],
  ['subgroups', 'subgroups'],
  ['VALU', 'valu'],
  ['SMEM', 'smem'],
  ['VMEM', 'vmem'],
  ['code', 'codeBytes'],
  ['latency', 'latency'],
];

function kernelsTable(evidence: Evidence): string {
  const chips = evidence.chips.map(({ name }) => name);
  const [first] = chips;
  const lines = defaultsOf(evidence).map((kernel) => {
    const figures = kernel.figures[first]!;
    return [
      titleOf(kernel),
      kernel.workgroup,
      ...COLUMNS.map(([, key]) => figures[key]),
      ...chips.map((chip) => kernel.figures[chip]?.inverseThroughput ?? ''),
    ];
  });
  return table(['kernel', 'workgroup', ...COLUMNS.map(([title]) => title), ...chips], lines);
}

/**
 * @param missing kernels that no fit asked for
 * @param reasons by kernel, why it touches more lines of memory than it needs
 */
export function pageOf(
  evidence: Evidence,
  missing: readonly string[],
  reasons: ReadonlyMap<string, string>,
): string {
  const chips = evidence.chips.map(
    ({ name, title, adapterClass }) =>
      `- \`${name}\`: ${title}, ${CLASSES[adapterClass].name}; ${evidence.adapters[name]}`,
  );
  return `# What the compilers of graphics processors say

Made by \`npm run bench:compilers\`; nothing here was run on such a processor. Fits at the shapes of the bench run on lavapipe, whose adapter is made to say that it has subgroups of 32, of 64, or none; the kernels that the library asks for by itself (its defaults) and those it would race them with are compiled by AMD's own Vulkan driver, which Debian's \`mesa-drm-shim\` lets believe in these chips:

${chips.join('\n')}

Driver software is none of these: it has few lanes, and gets other permutations (\`Runtime.lanes\`). \`npm run bench:compilers -- --check\` fails where a default spills registers or uses scratch memory, has workgroups of less than 64, or takes more than 1.05 times the clocks of its best rival on more than one chip. All figures of all candidates are in \`docs/gpus.json\`.

## Innermost loops

The loop with the most multiply-adds (FMAs) in the code as the chip runs it: their share of its vector operations on each chip, the share of all arithmetic of floats (direct differences take a subtraction for each multiply-add, so there 50 % is the most), and what one turn does. A scalar load serves all lanes of a subgroup at once. Fewest subgroups: how many a SIMD holds at a time, on the chip that holds the fewest. Storage 1 is float16, whose conversions some chips do within a multiply-add; 2 is bytes.

${loopsTable(evidence)}

## Defaults and their rivals

The default's clocks for a multiply-add over those of the best candidate, by the compiler's inverse throughput; 1.00 where the default is the best. Its model counts eight turns for every loop, so only candidates whose innermost loops lie in as many others are compared.

${rivalsTable(evidence)}

## Lines of memory

A cache holds and fetches ${LINE} bytes at a time. On lavapipe each kernel's first dispatches run with every address that they read or write in a buffer noted; of the first 32 lanes of the first workgroup, taken to run in step, this counts the lines that they touch in the innermost loop, access by access, beside those that the bytes would fill. Where the ratio is above ${MOST_LINES}, the access that is farthest from its ideal, and the kernel's own reason. In all: each line that the subgroup touches in the kernel's life once, over what all its bytes would fill; what is near 1 there is used whole sooner or later, out of the cache.

${linesTable(defaultsOf(evidence), reasons)}

## All kernels

Those that some class of adapter has by default: figures on \`${evidence.chips[0].name}\`, and the inverse throughput on each chip (clocks a subgroup where they overlap, eight turns a loop).

${kernelsTable(evidence)}

${missing.length > 0 ? `No fit above asks for ${missing.map((name) => `\`${name}\``).join(', ')}.\n` : ''}`;
}
