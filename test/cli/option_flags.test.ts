import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addFlags, optionsOf } from '../../src/cli/option_flags.js';
import type { OptionTable } from '../../src/fit/option_table.js';
import { aSwitch, nonNegative, oneOf, wholeNumber } from '../../src/fit/options.js';

interface ToyOptions {
  readonly count: number;
  readonly widthOf?: number;
  readonly kind?: 'round' | 'square';
  readonly closed?: boolean;
  readonly silent?: number;
}

const TOY: OptionTable<ToyOptions> = {
  method: 'toy',
  rules: {
    count: wholeNumber(1),
    widthOf: nonNegative,
    kind: oneOf('round', 'square'),
    closed: aSwitch,
    silent: nonNegative,
  },
  defaults: { kind: 'round' },
  options: {
    count: { meaning: 'how many', flag: '--count <number>' },
    widthOf: { meaning: "of `'square'`", otherwise: 'the `count`', flag: '--width <number>' },
    kind: { meaning: 'of what kind', flag: '--kind <name>' },
    closed: { meaning: 'no way out', flag: '--closed' },
    silent: { meaning: 'for programs' },
  },
};

function parsed(...args: string[]) {
  const command = new Command('toy').exitOverride().configureOutput({ writeErr: () => undefined });
  addFlags(command, TOY);
  command.parse(args, { from: 'user' });
  return { given: optionsOf(TOY, command.opts()), help: command.helpInformation() };
}

test("a table's options become flags, and flags the method's options", () => {
  const { given, help } = parsed('--count', '3', '--width', '0.5', '--closed');
  expect(given).toEqual({ count: 3, widthOf: 0.5, kind: 'round', closed: true });
  expect(help).toMatch(/--width <number> +of square \(default: the count\)/);
  expect(help).not.toContain('for programs');
  expect(parsed('--count', '3').given).toEqual({ count: 3, kind: 'round' });
});

test.each([
  [['--count', '1.5'], 'It must be a whole number >= 1.'],
  [['--count', ''], 'It must be a whole number >= 1.'],
  [['--count', '1', '--kind', 'flat'], 'Allowed choices are round, square.'],
  [[], "required option '--count <number>' not specified"],
])('%j is refused', (args, message) => {
  expect(() => parsed(...args)).toThrow(message);
});
