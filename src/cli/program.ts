import type { CommanderError, OutputConfiguration } from 'commander';
import { Command } from 'commander';
import { apiCommand } from './commands/api.ts';
import { auditCommand } from './commands/audit.ts';
import { completeCommand, completionCommand } from './commands/completion.ts';
import { configCommand } from './commands/config.ts';
import { demoCommand } from './commands/demo.ts';
import { devCommand } from './commands/dev.ts';
import { doctorCommand } from './commands/doctor.ts';
import { jobsCommand } from './commands/jobs.ts';
import { keysCommand } from './commands/keys.ts';
import { nodeCommand } from './commands/node.ts';
import { nodesCommand } from './commands/nodes.ts';
import { orchestratorCommand } from './commands/orchestrator.ts';
import { schedulesCommand } from './commands/schedules.ts';
import { outboxCommand } from './commands/outbox.ts';
import { resourcesCommand } from './commands/resources.ts';
import { sessionsCommand } from './commands/sessions.ts';
import { stackCommand } from './commands/stack.ts';
import { submitCommand } from './commands/submit.ts';
import { sweepCommand } from './commands/sweep.ts';
import { tokensCommand } from './commands/tokens.ts';
import { holdfastVersion } from './holdfast-version.ts';
import type { Terminal } from './terminal.ts';
import { usageErrorOf } from './usage-error.ts';

/**
 * The command `holdfast` with all its subcommands. Only their options are here: what a command
 * needs to run, it imports when it runs.
 */
export function createProgram(
  terminal: Terminal,
  output: Required<Pick<OutputConfiguration, 'writeOut' | 'writeErr'>>,
): Command {
  const program = new Command('holdfast')
    .description('Durable jobs across a fleet of nodes, on Temporal.')
    .version(holdfastVersion(), '-V, --version', 'print the version')
    .option('--no-color', 'no colours, as with NO_COLOR; they are for terminals only')
    .on('option:no-color', () => terminal.dropColour())
    .addCommand(devCommand(terminal))
    .addCommand(stackCommand(terminal))
    .addCommand(orchestratorCommand(terminal))
    .addCommand(nodeCommand(terminal))
    .addCommand(submitCommand(terminal))
    .addCommand(jobsCommand(terminal))
    .addCommand(nodesCommand(terminal))
    .addCommand(sessionsCommand(terminal))
    .addCommand(schedulesCommand(terminal))
    .addCommand(outboxCommand(terminal))
    .addCommand(sweepCommand(terminal))
    .addCommand(resourcesCommand(terminal))
    .addCommand(apiCommand(terminal))
    .addCommand(tokensCommand(terminal))
    .addCommand(keysCommand(terminal))
    .addCommand(auditCommand(terminal))
    .addCommand(doctorCommand(terminal))
    .addCommand(completionCommand(terminal))
    .addCommand(completeCommand(terminal), { hidden: true })
    .addCommand(configCommand(terminal))
    .addCommand(demoCommand())
    .addHelpText('after', HELP);
  settle(program, 'holdfast', output);
  return program;
}

const HELP = `
Examples:
  $ holdfast dev --jobs ./jobs.ts
  $ holdfast submit greet --jobs ./jobs.ts --input '{"name":"Ada"}' --wait
  $ holdfast jobs show utt-42

Where Temporal and the ledger are is told by the options of a command, then by
TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and DATABASE_URL, then by a \`holdfast dev\`
that runs in this folder or above it, then by holdfast.yaml; see
\`holdfast config show\`.`;

/** Makes a command and all below it report as we do: commander neither prints errors nor exits. */
function settle(command: Command, name: string, output: OutputConfiguration): void {
  command
    .optionsGroup('Options:')
    .helpOption('-h, --help', 'print this help')
    .configureOutput({ ...output, outputError: () => undefined })
    .exitOverride((error) => {
      throw endOf(error, name);
    });
  if (command.commands.length > 0) command.helpCommand('help [command]', 'print the help of one');
  for (const each of command.commands) settle(each, `${name} ${each.name()}`, output);
}

function endOf(error: CommanderError, name: string): Error {
  if (error.exitCode === 0) return error;
  // A command that only has subcommands was given none: its help has been written.
  if (error.code === 'commander.help') return Object.assign(error, { exitCode: 2 });
  return usageErrorOf(error, name);
}
