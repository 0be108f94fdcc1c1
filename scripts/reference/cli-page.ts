import type { Argument, Command, Option } from 'commander';
import { createProgram } from '../../src/cli/program.ts';
import { processTerminal } from '../../src/cli/terminal.ts';
import { GENERATED, anchor, block, code, list, paragraphs, prose } from './markdown.ts';

/** Options that so many commands have alike are told once. */
const SHARED_FROM = 4;

/** The page of all commands, from the program itself. */
export function cliPage(): string {
  const output = new Output();
  const program = createProgram(
    processTerminal(() => undefined),
    output,
  );
  const commands = allBelow(program);
  const shared = sharedGroups(commands);
  return paragraphs(
    GENERATED,
    '# Commands',
    ABOUT,
    prose(output.after(program).about),
    list(
      commands
        .filter(({ commands: { length } }) => length === 0)
        .map((command) => `${linkTo(nameOf(command))}: ${prose(summaryOf(command))}`),
    ),
    ...commands.map((command) => commandSection(command, output, shared)),
    '## Options of many commands',
    ...[...shared.values()].map(({ title, options }) =>
      paragraphs(`### ${title}`, optionList(options)),
    ),
  );
}

const ABOUT = `Each has \`--help\`, which says the same, and \`--json\` where it prints data: one document on standard
output, in which an error is \`{"error":{"code","message","hint","details"}}\`. Standard error is for people.
Exit codes are those of [the errors](errors.md).`;

/** Takes in the help of a command. */
class Output {
  #text = '';
  readonly writeOut = (text: string): void => {
    this.#text += text;
  };
  readonly writeErr = (): void => undefined;

  /** What a command says behind its options. */
  after(command: Command): { readonly about: string; readonly examples: readonly string[] } {
    this.#text = '';
    command.outputHelp();
    const lines = this.#text.slice(command.helpInformation().length).split('\n');
    const isExample = (line: string) => line.startsWith('  $ ');
    return {
      about: lines
        .filter((line) => !isExample(line) && line !== 'Examples:')
        .join('\n')
        .trim(),
      examples: lines.filter(isExample).map((line) => line.replace('  $ ', '')),
    };
  }
}

interface Group {
  readonly title: string;
  readonly options: readonly Option[];
}

function commandSection(
  command: Command,
  output: Output,
  shared: ReadonlyMap<string, Group>,
): string {
  const { about, examples } = output.after(command);
  const isTop = command.parent?.parent === null;
  const groups = groupsOf(command);
  const own = groups.filter((group) => !shared.has(keyOf(group)));
  const others = groups.filter((group) => shared.has(keyOf(group)));
  return paragraphs(
    `${isTop ? '##' : '###'} ${nameOf(command)}`,
    prose(command.description()),
    command.commands.length > 0 ? '' : block('text', command.createHelp().commandUsage(command)),
    argumentList(command.registeredArguments),
    ...own.map(({ title, options }) =>
      paragraphs(title === 'Options' ? '' : `${title}:`, optionList(options)),
    ),
    others.length === 0 ? '' : `Also: ${others.map(({ title }) => linkTo(title)).join(', ')}.`,
    prose(about),
    examples.length === 0 ? '' : block('sh', examples.join('\n')),
  );
}

/** All that are no help, and not hidden. */
function allBelow(command: Command): Command[] {
  const visible = command.createHelp().visibleCommands(command);
  const told = command.commands.filter((each) => visible.includes(each));
  return told.flatMap((each) => [each, ...allBelow(each)]);
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

function summaryOf(command: Command): string {
  const text = command.summary() || command.description();
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
}

function linkTo(heading: string): string {
  return `[${heading}](#${anchor(heading)})`;
}

/** The options of a command under their headings, the help and version left out. */
function groupsOf(command: Command): Group[] {
  const titles = new Set(command.options.map(titleOf));
  return [...titles].map((title) => ({
    title,
    options: command.options.filter((option) => titleOf(option) === title),
  }));
}

function titleOf({ helpGroupHeading = 'Options:' }: Option): string {
  return helpGroupHeading.replace(/:$/, '');
}

function keyOf(group: Group): string {
  return `${group.title}\n${optionList(group.options)}`;
}

function sharedGroups(commands: readonly Command[]): ReadonlyMap<string, Group> {
  const all = commands.flatMap(groupsOf).filter(({ title }) => title !== 'Options');
  const counts = new Map<string, number>();
  for (const group of all) counts.set(keyOf(group), (counts.get(keyOf(group)) ?? 0) + 1);
  const isShared = (group: Group) => (counts.get(keyOf(group)) ?? 0) >= SHARED_FROM;
  return new Map(all.filter(isShared).map((group) => [keyOf(group), group]));
}

function argumentList(args: readonly Argument[]): string {
  return list(
    args.map(
      (argument) =>
        `${code(argument.name())}: ${meaningOf(argument.description, argument.argChoices)}`,
    ),
  );
}

function optionList(options: readonly Option[]): string {
  return list(
    options.map((option) =>
      [
        `${code(option.flags)}: ${meaningOf(option.description, option.argChoices)}`,
        ...defaultOf(option),
        ...(option.envVar === undefined ? [] : [`variable ${code(option.envVar)}`]),
      ].join('; '),
    ),
  );
}

function defaultOf({ defaultValue, defaultValueDescription }: Option): string[] {
  if (defaultValueDescription !== undefined) return [`default: ${prose(defaultValueDescription)}`];
  // What `--no-…` switches off needs no word.
  if (defaultValue === undefined || defaultValue === true) return [];
  return [`default ${code(String(defaultValue))}`];
}

function meaningOf(description: string, choices: readonly string[] | undefined): string {
  const text = prose(description);
  return choices === undefined ? text : `${text}: ${choices.map(code).join(', ')}`;
}
