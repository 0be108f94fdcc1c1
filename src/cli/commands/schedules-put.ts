import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import type { Terminal } from '../terminal.ts';
import { withClient } from '../with-client.ts';
import { detailsOf, printPut } from './schedules-edit.ts';

type PutFlags = ConnectionFlags & { readonly json?: boolean };

/** `holdfast schedules put FILE…`: puts the schedules of files on record. */
export function schedulesPutCommand(terminal: Terminal): Command {
  const command = new Command('put')
    .summary('put the schedules of files on record')
    .description(
      'Puts the schedules of YAML or JSON files on record. Nothing is changed when one of them is ' +
        'wrong, and nothing of a schedule that is the same already. Edits on record are overwritten: ' +
        '`schedules apply` keeps them.',
    )
    .argument('<file...>', 'one schedule, a list, or a list under `schedules`')
    .option('--json', 'print one JSON document for each schedule, each on a line')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action((files: string[], flags: PutFlags) => put(terminal, files, flags));
}

async function put(terminal: Terminal, files: readonly string[], flags: PutFlags): Promise<void> {
  const { readScheduleFiles } = await import('../../config/read-schedules.ts');
  const read = (await readScheduleFiles(files)).flatMap(({ schedules }) => schedules);
  await withClient(flags, terminal, async ({ schedules }, audited) => {
    for (const { document } of read) {
      const done = await audited(() => schedules.put(document), {
        what: 'PUT /v1/schedules/{name}',
        target: document.name,
        details: detailsOf,
      });
      await printPut(terminal, done, flags);
    }
  });
}

const HELP = `
Examples:
  $ holdfast schedules put schedules.yaml
  $ holdfast schedules put nightly.json hourly.yaml --json`;
