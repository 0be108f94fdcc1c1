import { Argument, Command, Option } from 'commander';
import { expect, test } from 'vitest';
import { completeWords } from '../../../dist/cli/completion/complete-words.js';

const program = new Command('holdfast')
  .option('--no-color', 'plain')
  .addCommand(
    new Command('jobs')
      .summary('look after jobs')
      .addCommand(
        new Command('list')
          .addOption(new Option('--state <state>', 'only these').choices(['open', 'failed']))
          .option('--watch [interval]', 'again and again')
          .option('--json', 'a document'),
      )
      .addCommand(new Command('cancel').argument('<ids...>').option('--reason <text>', 'why')),
  )
  .addCommand(new Command('submit').argument('<kind>').option('--jobs <file>', 'handlers'))
  .addCommand(
    new Command('completion').addArgument(new Argument('<shell>').choices(['bash', 'zsh'])),
  )
  .addCommand(new Command('complete'), { hidden: true });

const values = (...words: string[]) =>
  completeWords(program, words).candidates.map(({ value }) => value);

test.each([
  [[''], ['jobs', 'submit', 'completion', 'help']],
  [['jo'], ['jobs']],
  [['jobs', 'c'], ['cancel']],
  [['jobs', 'list', '--st'], ['--state']],
  [
    ['jobs', 'list', '--'],
    ['--state', '--watch', '--json', '--help', '--no-color'],
  ],
  [
    ['jobs', 'list', '--state', ''],
    ['open', 'failed'],
  ],
  [['jobs', 'list', '--state', 'o'], ['open']],
  [['jobs', 'list', '--state=f'], ['--state=failed']],
  // As bash splits it.
  [
    ['jobs', 'list', '--state', '='],
    ['open', 'failed'],
  ],
  [['jobs', 'list', '--state', '=', 'f'], ['failed']],
  [['jobs', 'list', '--state', 'open', '--j'], ['--json']],
  [['jobs', 'list', '--watch', '--j'], ['--json']],
  [
    ['completion', ''],
    ['bash', 'zsh'],
  ],
  [['submit', 'jobs', ''], []],
  [['nothing', 'of', 'that', ''], []],
])('after %j come %j', (words, expected) => {
  expect(values(...words)).toEqual(expected);
});

test('names are asked for where a command takes those of its own', () => {
  expect(completeWords(program, ['jobs', 'cancel', 'u'])).toMatchObject({ names: 'jobs' });
  expect(completeWords(program, ['jobs', 'cancel', 'utt-1', ''])).toMatchObject({ names: 'jobs' });
  expect(completeWords(program, ['jobs', 'cancel', '--reason', ''])).toMatchObject({
    names: undefined,
    candidates: [],
  });
  expect(completeWords(program, ['jobs', 'cancel', '--', '-x'])).toMatchObject({ names: 'jobs' });
});

test('files are completed where an option takes one', () => {
  expect(completeWords(program, ['submit', 'greet', '--jobs', '']).files).toBe(true);
  expect(completeWords(program, ['submit', 'greet', '']).files).toBe(false);
});

test('a command is described by its summary', () => {
  expect(completeWords(program, ['jobs']).candidates).toEqual([
    { value: 'jobs', description: 'look after jobs' },
  ]);
});
