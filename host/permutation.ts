/**
 * Permutations of a kernel's text. Lines that begin with # stand for others, by the values of the
 * kernel's constants:
 *   #if TILE > 4  ...  #else  ...  #end      one of two blocks, the second may be absent
 *   #repeat i 0..TILE  ...  #end             the block once for each i, from the first to below the second
 *   #let at = 4 * i                          a number's name, to the end of the block
 * In a repeated block `$i` is the number; `$(i + 4)`, there and elsewhere, that of an expression.
 */
import { KernelError } from './errors.js';

/** Values of constants and counters, as they are written. */
export type Values = Readonly<Record<string, string | number | boolean>>;

const TOKEN = /\s*(\d+|[A-Za-z_]\w*|[|&=!<>]=|\|\||&&|[-+*/%<>!()])/y;
/** Operators from the loosest to the tightest, each with what it does. */
const LEVELS: readonly Readonly<Record<string, (a: number, b: number) => number | boolean>>[] = [
  { '||': (a, b) => a || b },
  { '&&': (a, b) => a && b },
  { '==': (a, b) => a === b, '!=': (a, b) => a !== b },
  { '<': (a, b) => a < b, '>': (a, b) => a > b, '<=': (a, b) => a <= b, '>=': (a, b) => a >= b },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => Math.trunc(a / b), '%': (a, b) => a % b },
];

/** An expression of whole numbers, true and false (1 and 0), names and C's operators. */
function evaluate(expression: string, values: Values): number {
  const fail = (why: string): never => {
    throw new KernelError(`'${expression}' in a kernel's text: ${why}.`);
  };
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const text = expression.trim();
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    tokens.push(TOKEN.exec(text)?.[1] ?? fail('it cannot be read'));
  }
  let next = 0;
  const operand = (): number => {
    const token = tokens[next++] ?? fail('it ends too early');
    if (token === '!') return Number(!operand());
    if (token === '-') return -operand();
    if (token === '(') {
      const value = level(0);
      if (tokens[next++] !== ')') fail('a bracket is not closed');
      return value;
    }
    if (/^\d/.test(token)) return Number(token);
    if (token === 'true' || token === 'false') return Number(token === 'true');
    if (!Object.hasOwn(values, token)) fail(`there is no constant '${token}'`);
    return evaluate(String(values[token]), values);
  };
  const level = (at: number): number => {
    if (at === LEVELS.length) return operand();
    let value = level(at + 1);
    for (;;) {
      const operators = LEVELS[at];
      const operator = tokens.at(next);
      if (operator === undefined || !Object.hasOwn(operators, operator)) return value;
      next++;
      value = Number(operators[operator](value, level(at + 1)));
    }
  };
  const value = level(0);
  if (next < tokens.length) fail(`'${tokens[next]}' is not expected`);
  return value;
}

const REPEAT = /^#repeat (\w+) (.+)\.\.(.+)$/;
const LET = /^#let (\w+) = (.+)$/;

/** `text` with its # lines carried out. */
export function permute(text: string, values: Values): string {
  const lines = text.split('\n');
  let next = 0;
  /** The lines up to the # line that ends their block; those of a block that does not count are passed over. */
  const block = (outer: Values, counts: boolean): string[] => {
    const out: string[] = [];
    let known = outer;
    while (next < lines.length) {
      const line = lines[next];
      const directive = line.trimStart();
      if (!directive.startsWith('#')) {
        next++;
        if (counts) out.push(line.includes('$') ? fill(line, known) : line);
        continue;
      }
      if (directive === '#else' || directive === '#end') return out;
      next++;
      const repeat = REPEAT.exec(directive);
      const named = LET.exec(directive);
      if (named) {
        if (counts) known = { ...known, [named[1]]: evaluate(named[2], known) };
      } else if (repeat) {
        const [, name, from, to] = repeat;
        const start = next;
        const first = counts ? evaluate(from, known) : 0;
        const last = counts ? evaluate(to, known) : 0;
        if (first >= last) block(known, false);
        for (let i = first; i < last; i++) {
          next = start;
          out.push(...block({ ...known, [name]: i }, true));
        }
        end();
      } else if (directive.startsWith('#if ')) {
        const holds = counts && evaluate(directive.slice(4), known) !== 0;
        out.push(...block(known, holds));
        if (lines.at(next)?.trim() === '#else') {
          next++;
          out.push(...block(known, counts && !holds));
        }
        end();
      } else {
        throw new KernelError(`'${directive}' in a kernel's text is not known.`);
      }
    }
    return out;
  };
  const end = () => {
    if (lines.at(next)?.trim() !== '#end') throw new KernelError(`a kernel's text lacks an #end.`);
    next++;
  };
  const out = block(values, true);
  if (next < lines.length) throw new KernelError(`a kernel's text has an #end too many.`);
  return out.join('\n');
}

function fill(line: string, values: Values): string {
  return line.replace(
    /\$(?:(\w+)|\(((?:[^()]|\([^()]*\))*)\))/g,
    (_, name?: string, expression?: string) => String(evaluate(name ?? expression ?? '', values)),
  );
}
