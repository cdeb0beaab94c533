/** Writes docs/numerics.md: every figure of the suites, from the code that the suites run. */
import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import * as library from '../../../src/index.js';
import { loadNumerics, type NumericsKind } from '../../golden/index.js';
import { type Figure, type Findings, holds } from './figure.js';
import { METHODS } from './index.js';

const GOLDEN = new URL('../../golden/', import.meta.url);
const OUTPUT = new URL('../../../docs/numerics.md', import.meta.url);

/** One figure with the data it is of. */
interface Row extends Figure {
  readonly kind: NumericsKind;
}

const short = (value: number, digits: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(digits))) : String(value);

const error = (value: number): string => (value === 0 ? '0' : value.toExponential(1));

/** What holds stands plain, what does not in bold. */
const marked = (figure: Figure, text: string): string => (holds(figure) ? text : `**${text}**`);

function lineOf({ kind, ...figure }: Row): string {
  const [n, d] = kind.points.shape;
  return [
    kind.name,
    `${n} x ${d}`,
    figure.method,
    figure.quantity,
    short(figure.float64, 9),
    short(figure.found, 9),
    marked(figure, error(figure.difference)) + (figure.measure === 'absolute' ? ' abs' : ''),
    error(figure.tolerance),
  ].join(' | ');
}

/** The figure nearest to its tolerance, for each method and quantity. */
function summary(rows: readonly Row[]): string[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const name = `${row.method} | ${row.quantity.replace(/ \d.*|,.*/, '')}`;
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return [...groups].map(([name, group]) => {
    const part = ({ difference, tolerance }: Row) => difference / tolerance;
    const worst = group.reduce((a, b) => (part(b) <= part(a) ? a : b));
    const off = group.filter((row) => !holds(row)).length;
    return [
      name,
      String(group.length),
      off === 0 ? 'none' : `**${off}**`,
      marked(worst, error(worst.difference)),
      error(worst.tolerance),
      worst.kind.name,
    ].join(' | ');
  });
}

const table = (head: readonly string[], lines: readonly string[]): string =>
  [head.join(' | '), head.map(() => '---').join(' | '), ...lines]
    .map((line) => `| ${line} |`)
    .join('\n');

function page(engine: string, rows: readonly Row[], faults: readonly string[]): string {
  return `# Device against float64

Float32 rounds every number to 7 digits, and a device computes in float32. This page shows what that
costs on ${new Set(rows.map(({ kind }) => kind.name)).size} small data sets, each of a kind on which it could cost much: groups that lie far
apart, large offsets such as timestamps, columns that depend on each other, directions in a narrow cone,
long tails.

The column float64 holds what scikit-learn finds in double precision ('cosine': a plain NumPy loop); the
column device what this library finds from the same start on ${engine}. Where a
quantity begins with "its own", float64 holds the same number computed once more, in double precision,
from the model's own parameters.

Differences are relative to the float64 value; those marked "abs" are in natural logarithms a row, as
likelihoods are. A difference above its tolerance is in bold. Most tolerances are the same for all data;
a larger one is what storing those rows in float32 costs by itself. The variance that 'randomized' loses
depends on the seed: it is a mean over seeds, its tolerance is 3.5 standard errors, and a smaller loss
counts as no difference; so does a noise variance by batches that is smaller, down to that of all rows.

\`npm run docs:numerics\` makes this page. It runs the code that the tests run (test/conformance/numerics);
test/golden/README.md says where the data come from.

## The figure nearest to its tolerance

${table(['method', 'quantity', 'figures', 'off', 'difference', 'tolerance', 'on'], summary(rows))}

## Rules

Labels are those of float64, and of the nearest centroid; predict and the bounded algorithm give the same
ones; the objective never rises; every covariance has a Cholesky factor and is the inverse of its
precision; components are orthonormal, and as near to those of float64 as their variances allow.
${faults.length === 0 ? 'All of that holds on all the data.' : `What does not hold:\n\n${faults.map((fault) => `- ${fault}`).join('\n')}`}

## All figures

${table(
  ['data', 'rows x columns', 'method', 'quantity', 'float64', 'device', 'difference', 'tolerance'],
  rows.map(lineOf),
)}
`;
}

/** Runs every method on every kind of data, on the adapter that Dawn gives. */
export async function writeTable(): Promise<void> {
  const numerics = await loadNumerics((name) => readFile(new URL(name, GOLDEN)));
  const runtime = await library.createRuntime();
  const engine = runtime.info.description;
  runtime.dispose();
  let warnings: string[] = [];
  console.warn = (...parts: unknown[]) => warnings.push(parts.map(String).join(' '));
  const place = {
    library,
    runtime: undefined,
    takeWarnings: () => {
      const taken = warnings;
      warnings = [];
      return taken;
    },
  };
  const rows: Row[] = [];
  const faults: string[] = [];
  for (const kind of numerics.kinds) {
    for (const { isFor, method } of METHODS) {
      if (!isFor(kind.name)) continue;
      const findings: Findings = await method(numerics)(place, kind);
      rows.push(...findings.figures.map((figure) => ({ ...figure, kind })));
      faults.push(...findings.faults.map((fault) => `${kind.name}: ${fault}`));
    }
  }
  const options = await resolveConfig(OUTPUT);
  const text = await format(page(engine, rows, faults), { ...options, parser: 'markdown' });
  await writeFile(OUTPUT, text);
  const off = rows.filter((row) => !holds(row)).length;
  console.log(`${rows.length} figures on ${engine}: ${off} off; ${faults.length} rules broken.`);
}
