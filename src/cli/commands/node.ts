import { hostname } from 'node:os';
import { Command, Option } from 'commander';
import type { Labels } from '../../domain/labels.ts';
import type { NodeOptions } from '../../workers/node/node-options.ts';
import type { SpoolOptions } from '../../workers/node/spool-options.ts';
import type { LogFlags } from '../create-log.ts';
import { addLogOptions, createLog } from '../create-log.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import { addTemporalOptions, findTemporal } from '../find-connection.ts';

import { choiceOption, countOption, durationOption, labelOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import { runUntilStopped } from '../run-until-stopped.ts';
import type { HealthFlags } from '../start-with-health.ts';
import { addHealthOptions, startWithHealth } from '../start-with-health.ts';
import type { Terminal } from '../terminal.ts';

type NodeFlags = Omit<NodeOptions, 'jobs' | 'labels' | 'spool' | 'temporal' | 'log'> &
  SpoolFlags & {
    readonly jobs: string;
    readonly label?: Labels;
  };

interface SpoolFlags {
  readonly spoolDir?: string;
  readonly spoolMaxMb: number;
}

/** `holdfast node`: runs handlers; needs Temporal only. */
export function nodeCommand(terminal: Terminal): Command {
  const command = new Command('node')
    .summary('run the handlers of a pool')
    .description('Runs the handlers of a file for the jobs of a pool. It needs no database.')
    .requiredOption('--pool <pool>', 'the pool whose jobs it takes')
    .requiredOption('--jobs <file>', 'the handler file, .js or .ts')
    .addOption(
      new Option('--name <name>', 'its name, unique among running nodes').default(
        defaultName(),
        'host and process',
      ),
    )
    .addOption(countOption('--slots <count>', 'attempts at once (default: one for each CPU)', 1))
    .addOption(
      choiceOption('--isolation <how>', 'where handlers run (default: thread)', [
        'thread',
        'inline',
      ]),
    )
    .addOption(
      durationOption(
        '--shutdown-grace <time>',
        'how long running attempts may go on when it stops',
      ).default('10s'),
    )
    .addOption(
      durationOption('--cancel-grace <time>', 'how long a cancelled handler may run on').default(
        '5s',
      ),
    )
    .addOption(
      durationOption(
        '--lease <time>',
        'silence after which it counts as lost and its attempts run elsewhere',
      ).default('5s'),
    )
    .addOption(
      labelOption('--label <name=value>', 'what it has or is, such as gpu=a100 (repeatable)'),
    )
    .addHelpText('after', HELP);
  addSpoolOptions(command);
  addTemporalOptions(command);
  addHealthOptions(command);
  addLogOptions(command);
  return command.action((flags: NodeFlags & ConnectionFlags & HealthFlags & LogFlags) =>
    runUntilStopped(terminal, async () => {
      const temporal = await findTemporal(flags, terminal);
      const log = await createLog(flags, terminal);
      const { startNode } = await import('../../workers/node/start-node.ts');
      const options = pick(flags, 'name', 'pool', 'jobs', 'slots', 'isolation');
      const times = pick(flags, 'shutdownGrace', 'cancelGrace', 'lease');
      const labels = flags.label === undefined ? {} : { labels: flags.label };
      const spool = spoolOf(flags);
      const start = () => startNode({ ...options, ...times, ...labels, spool, temporal, log });
      return startWithHealth('node', flags, log, start);
    }),
  );
}

function addSpoolOptions(command: Command): void {
  command
    .optionsGroup('Results that Temporal did not take:')
    .addOption(
      new Option(
        '--spool-dir <folder>',
        "where they wait until they are delivered (default: in the user's state folder)",
      ).env('HOLDFAST_SPOOL_DIR'),
    )
    .addOption(countOption('--spool-max-mb <count>', 'over it the oldest go', 1).default(256));
}

function spoolOf({ spoolDir, spoolMaxMb }: SpoolFlags): SpoolOptions {
  const maxBytes = spoolMaxMb * BYTES_OF_MB;
  return spoolDir === undefined || spoolDir === '' ? { maxBytes } : { dir: spoolDir, maxBytes };
}

const BYTES_OF_MB = 1_000_000;

function defaultName(): string {
  return `${hostname()}-${process.pid}`;
}

const HELP = `
SIGTERM or Ctrl-C stops it in order: running attempts may finish within the
shutdown grace, then they are handed back and run on another node. Once more
ends it at once.

Examples:
  $ holdfast node --pool gpu --name gpu-1 --jobs ./jobs.ts
  $ holdfast node --pool gpu --name gpu-2 --jobs ./jobs.ts --label gpu=a100 --label zone=b
  $ holdfast node --pool web --jobs ./dist/jobs.js --slots 50 --isolation inline`;
