import type { Command } from 'commander';
import { Option } from 'commander';
import { defaultOf, settingAt } from '../config/list-settings.ts';
import type { NamedValues, Setting } from '../config/setting.ts';
import type { HoldfastError } from '../domain/errors.ts';
import { choiceOption } from './option-values.ts';
import { usageError } from './usage-error.ts';

/**
 * Adds the flags of settings. They have no default of their own: what is left out, the configuration
 * tells.
 */
export function addSettings(command: Command, heading: string, paths: readonly string[]): Command {
  command.optionsGroup(heading);
  for (const path of paths) command.addOption(settingOption(settingAt(path)));
  return command;
}

/** What the flags of a command gave, by the path of the setting, for `loadConfig`. */
export function givenSettings(
  flags: object,
  paths: readonly string[],
): Readonly<Record<string, unknown>> {
  const given = paths.flatMap((path): [string, unknown][] => {
    const option = new Option(settingAt(path).flag ?? '', '');
    const value = (flags as Readonly<Record<string, unknown>>)[option.attributeName()];
    // Commander itself sets true where `--no-…` was not given.
    return value === undefined || (option.negate && value === true) ? [] : [[path, value]];
  });
  return Object.fromEntries(given);
}

function settingOption(setting: Setting | NamedValues): Option {
  const { type, meaning, flag = '' } = setting;
  const variable = 'named' in setting ? undefined : setting.variable;
  const isSwitch = !flag.includes('<');
  const notes = [
    ...(isSwitch ? [] : [`default: ${defaultOf(setting)}`]),
    ...(variable === undefined ? [] : [`env: ${variable}`]),
  ];
  const description = notes.length === 0 ? meaning : `${meaning} (${notes.join(', ')})`;
  if (type.words !== undefined) return choiceOption(flag, description, type.words);
  const option = new Option(flag, description);
  if (isSwitch) return option;
  return option.argParser((text: string, before: string | undefined) => {
    try {
      type.read(type.parse(text), option.long ?? flag);
      return type.isList === true && before !== undefined ? `${before},${text}` : text;
    } catch (error) {
      const { message, hint = exampleOf(setting) ?? 'see --help' } = error as HoldfastError;
      throw usageError(message, hint);
    }
  });
}

function exampleOf(setting: Setting | NamedValues): string | undefined {
  const { type, flag = '' } = setting;
  const fallback = 'named' in setting ? undefined : setting.default;
  const isNumber = typeof type.parse('10') === 'number';
  const example = fallback === undefined ? isNumber && '10' : type.show(fallback);
  return example === false ? undefined : `for example ${new Option(flag).long} ${example}`;
}
