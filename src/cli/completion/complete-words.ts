import type { Command, Option } from 'commander';

/** What may stand where a name is to be completed. */
export type NameGroup = (typeof NAME_GROUPS)[number];

/** The commands whose arguments are names of what there is. */
const NAME_GROUPS = ['jobs', 'nodes', 'sessions', 'schedules'] as const;

/** One word that may stand there. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What may stand in the place of the last word. */
export interface Completions {
  readonly candidates: readonly Candidate[];
  /** Files may stand there, too. */
  readonly files: boolean;
  /** Names of these may stand there, too. */
  readonly names: NameGroup | undefined;
}

const NOTHING: Completions = { candidates: [], files: false, names: undefined };

/**
 * What may stand in the place of the last of the words after `holdfast`, by the options, arguments and
 * subcommands of the program. Bash gives `--option=value` as three words.
 */
export function completeWords(program: Command, words: readonly string[]): Completions {
  const current = words.at(-1) ?? '';
  const place = placeAfter(program, words.slice(0, -1));
  const { option } = place;
  if (option !== undefined && (option.required || !current.startsWith('-'))) {
    return valuesOf(option, current === '=' ? '' : current);
  }
  if (!place.isPastOptions && current.startsWith('-')) return optionsOf(place, current);
  const { command, count } = place;
  if (command.commands.length > 0 && count === 0) return subcommandsOf(command, current);
  return argumentOf(command, count);
}

/** Where the last word stands. */
interface Place {
  readonly command: Command;
  /** Arguments of the command before it. */
  readonly count: number;
  /** The option whose value it is. */
  readonly option: Option | undefined;
  /** Nothing is an option any more. */
  readonly isPastOptions: boolean;
}

function placeAfter(program: Command, words: readonly string[]): Place {
  let place: Place = { command: program, count: 0, option: undefined, isPastOptions: false };
  for (const word of words) place = step(place, word);
  return place;
}

function step(place: Place, word: string): Place {
  const { command, count, option, isPastOptions } = place;
  if (option !== undefined) {
    if (word === '=') return place;
    const isItsValue = option.required || !word.startsWith('-');
    if (isItsValue) return { ...place, option: undefined };
  }
  if (!isPastOptions && word === '--') return { ...place, option: undefined, isPastOptions: true };
  if (!isPastOptions && word.startsWith('-')) {
    const named = optionsWithin(command).find(({ long, short }) => word === long || word === short);
    const takesValue = named !== undefined && (named.required || named.optional);
    return { ...place, option: takesValue ? named : undefined };
  }
  const next = count === 0 ? command.commands.find((each) => each.name() === word) : undefined;
  if (next !== undefined) return { ...place, command: next, option: undefined };
  return { ...place, count: count + 1, option: undefined };
}

/** Those of the command and of all above it. */
function optionsWithin(command: Command): readonly Option[] {
  const above = command.parent === null ? [] : optionsWithin(command.parent);
  const own = command.createHelp().visibleOptions(command);
  return [...own, ...above.filter(({ long }) => own.every((each) => each.long !== long))];
}

function optionsOf({ command }: Place, current: string): Completions {
  const [long = '', start] = current.split('=', 2);
  const options = optionsWithin(command).filter((option) => option.long !== undefined);
  const named = options.find((option) => option.long === long);
  if (start !== undefined && named !== undefined) {
    const { candidates, files } = valuesOf(named, start);
    const whole = candidates.map((each) => ({ ...each, value: `${long}=${each.value}` }));
    return { ...NOTHING, candidates: whole, files };
  }
  const candidates = options.map(({ long = '', description }) => ({ value: long, description }));
  return { ...NOTHING, candidates: startingWith(candidates, current) };
}

function valuesOf({ argChoices = [], flags }: Option, start: string): Completions {
  const candidates = argChoices.map((value) => ({ value, description: '' }));
  const files = /[<[](file|folder|json)[>\]]/.test(flags);
  return { ...NOTHING, candidates: startingWith(candidates, start), files };
}

function subcommandsOf(command: Command, current: string): Completions {
  const candidates = command
    .createHelp()
    .visibleCommands(command)
    .map((each) => ({ value: each.name(), description: each.summary() || each.description() }));
  return { ...NOTHING, candidates: startingWith(candidates, current) };
}

function argumentOf(command: Command, count: number): Completions {
  const { registeredArguments } = command;
  const last = registeredArguments.at(-1);
  const argument = registeredArguments[count] ?? (last?.variadic === true ? last : undefined);
  if (argument === undefined) return NOTHING;
  const candidates = (argument.argChoices ?? []).map((value) => ({ value, description: '' }));
  const group = command.parent?.name();
  const isName = ['id', 'ids', 'name', 'names'].includes(argument.name());
  const names = isName ? NAME_GROUPS.find((each) => each === group) : undefined;
  return { candidates, files: ['file', 'folder'].includes(argument.name()), names };
}

/** Those of the candidates that begin as the word does. */
export function startingWith(candidates: readonly Candidate[], start: string): Candidate[] {
  return candidates.filter(({ value }) => value.startsWith(start));
}
