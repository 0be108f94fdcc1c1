import { Command } from 'commander';
import type { NodesClient } from '../../client/nodes.ts';
import type { Duration } from '../../domain/duration.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument, nodeDocument } from '../format/document.ts';
import { drainProgress, formatDrain } from '../format/drain.ts';
import { durationOption } from '../option-values.ts';
import type { OrderFlags } from '../order-flags.ts';
import { addOrderOptions, orderOf } from '../order-flags.ts';
import { pick } from '../pick.ts';
import { startProgress } from '../progress.ts';
import type { Terminal } from '../terminal.ts';
import { withChange } from '../with-client.ts';

interface DrainFlags extends ConnectionFlags, OrderFlags {
  readonly deadline?: Duration;
  readonly wait?: boolean;
  readonly json?: boolean;
}

/** `holdfast nodes drain NAME`: it takes no new work, and gives back what still runs. */
export function nodesDrainCommand(terminal: Terminal): Command {
  const command = new Command('drain')
    .summary('let a node finish its work, and take no more')
    .description(
      'Let a node take no new work and finish what it runs; what still runs at the deadline is ' +
        'handed back and runs on another node, uncounted. It stays so over restarts, until it ' +
        'is enabled.',
    )
    .argument('<name>', 'the name of the node')
    .addOption(
      durationOption('--deadline <time>', 'hand back what still runs after this (default: never)'),
    )
    .option('--wait', 'wait until it runs nothing any more, and report')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addOrderOptions(command);
  addConnectionOptions(command);
  return command.action((name: string, flags: DrainFlags) =>
    withChange(flags, terminal, ({ nodes }) => drain(nodes, terminal, name, flags), {
      what: 'POST /v1/nodes/{name}/drain',
      target: name,
      details: () => pick(flags, 'reason', 'deadline'),
    }),
  );
}

async function drain(
  nodes: NodesClient,
  terminal: Terminal,
  name: string,
  flags: DrainFlags,
): Promise<void> {
  const options = { ...orderOf(flags), ...pick(flags, 'deadline') };
  if (flags.wait !== true) {
    const status = await nodes.drain(name, options);
    const text = `node ${name} drains; see \`holdfast nodes show ${name}\``;
    return terminal.print(flags.json === true ? formatDocument(nodeDocument(status)) : text);
  }
  // A drain has little to tell, and each word of it counts.
  const progress = startProgress(terminal, { asJson: flags.json === true, noteEachMs: 0 });
  let most = 0;
  const report = await nodes
    .drain(name, {
      ...options,
      wait: true,
      onProgress: (running) => {
        most = Math.max(most, running.length);
        progress.show(drainProgress(name, running, most));
      },
    })
    .finally(() => progress.end());
  await terminal.print(...(flags.json === true ? [formatDocument(report)] : formatDrain(report)));
}

const HELP = `
With --wait it tells on standard error how many attempts still run; with --json
it does not.

Examples:
  $ holdfast nodes drain gpu-1 --reason "driver update"
  $ holdfast nodes drain gpu-1 --reason "driver update" --deadline 10m --wait
  $ holdfast nodes drain gpu-1 --reason moving --deadline 0s --wait --json`;
