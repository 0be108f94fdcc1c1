import { readFile } from 'node:fs/promises';
import { Argument, Command } from 'commander';
import type { Candidate, NameGroup } from '../completion/complete-words.ts';
import { completeWords, startingWith } from '../completion/complete-words.ts';
import { oneLine } from '../report-error.ts';
import type { Terminal } from '../terminal.ts';

/** `holdfast completion SHELL`: what a shell reads to complete command lines. */
export function completionCommand(terminal: Terminal): Command {
  return new Command('completion')
    .summary('print a script that completes command lines')
    .description(
      'Prints a script for a shell: commands, options, their values, and the names of jobs, nodes, ' +
        'sessions and schedules are completed with Tab.',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText('after', HELP)
    .action(async (shell: string) => terminal.print((await readScript(shell)).trimEnd()));
}

const SHELLS = ['bash', 'zsh', 'fish'];

function readScript(shell: string): Promise<string> {
  const file = new URL(`../../../completions/holdfast.${shell}`, import.meta.url);
  return readFile(file, 'utf8');
}

/** `holdfast complete -- WORD…`: what those scripts ask. */
export function completeCommand(terminal: Terminal): Command {
  return new Command('complete')
    .description('Answers what may stand in the place of the last word.')
    .argument('[words...]', 'the words after holdfast, up to the cursor')
    .action(async (words: string[], _flags: object, command: Command) => {
      const { candidates, files, names } = completeWords(rootOf(command), words);
      const found = names === undefined ? [] : await namesOf(names, terminal);
      const all = [...candidates, ...startingWith(found, words.at(-1) ?? '')];
      const lines = all.map(({ value, description }) => `${value}\t${oneLine(description)}`);
      await terminal.print(...lines, ...(files ? [':files'] : []));
    });
}

async function namesOf(group: NameGroup, terminal: Terminal): Promise<readonly Candidate[]> {
  const { findNames } = await import('../completion/find-names.ts');
  return findNames(group, terminal);
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}

const HELP = `
For this shell:
  $ source <(holdfast completion bash)
  $ source <(holdfast completion zsh)
  $ holdfast completion fish | source

For every one to come:
  $ holdfast completion bash > ~/.local/share/bash-completion/completions/holdfast
  $ holdfast completion zsh > "\${fpath[1]}/_holdfast"
  $ holdfast completion fish > ~/.config/fish/completions/holdfast.fish`;
