/** The flags of a command that are options of its method, from the method's table. */
import { type Command, InvalidArgumentError as BadOption, Option } from 'commander';
import { type OptionEntry, type OptionTable, wordsOf } from '../fit/option_table.js';
import type { OptionRule } from '../fit/options.js';

/** A value from its text. */
type Parser = (text: string) => unknown;

const plain = (markdown: string): string => markdown.replaceAll(/`'?|'?`/g, '');

/** What the rule allows: the text as it is, or the number that it is. */
const byRule =
  ({ rule, holds }: OptionRule): Parser =>
  (text) => {
    const word = text.trim();
    const value = [word, word === '' ? undefined : Number(word)].find(holds);
    if (value === undefined) throw new BadOption(`It must be ${rule}.`);
    return value;
  };

function entriesOf<Options>(table: OptionTable<Options>) {
  return Object.entries<OptionEntry>(table.options).flatMap(([name, entry]) =>
    entry.flag === undefined ? [] : [{ ...entry, name, flag: entry.flag }],
  );
}

/**
 * Adds the options that have a flag, but for those that the command has already.
 *
 * @param parsers of options whose text is another than the rule's
 * @returns what was added
 */
export function addFlags<Options>(
  command: Command,
  table: OptionTable<Options>,
  parsers: { readonly [Name in keyof Options]?: Parser } = {},
): Option[] {
  const added: Option[] = [];
  const parserOf = parsers as Readonly<Record<string, Parser | undefined>>;
  for (const { name, flag, meaning, help = plain(meaning), otherwise, words } of entriesOf(table)) {
    const tellsDefault = otherwise === undefined || help.includes('default:');
    const text = tellsDefault ? help : `${help} (default: ${plain(otherwise)})`;
    const option = new Option(flag, text);
    if (command.options.some(({ long }) => long === option.long)) continue;
    if (option.required) {
      const choices = words ?? wordsOf(table.rules[name]);
      const parser = parserOf[name];
      if (parser) option.argParser(parser);
      else if (choices.length > 0) option.choices(choices);
      else option.argParser(byRule(table.rules[name]));
      const value = table.defaults[name];
      if (Array.isArray(value)) option.default(value, value.join('..'));
      else if (value !== undefined) option.default(value);
      else option.makeOptionMandatory(otherwise === undefined);
    }
    command.addOption(option);
    added.push(option);
  }
  return added;
}

/** The method's options among what the shell was given. */
export function optionsOf<Options>(table: OptionTable<Options>, given: object): Partial<Options> {
  const values = entriesOf(table).map(({ name, flag }) => [
    name,
    Reflect.get(given, new Option(flag).attributeName()) as unknown,
  ]);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as Partial<Options>;
}
