import { writeFile } from 'node:fs/promises';
import { changedOf, countsOf } from '../../client/schedules/applied.ts';
import { Command } from 'commander';
import { HoldfastError, show } from '../../domain/errors.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { pick } from '../pick.ts';
import type { Terminal } from '../terminal.ts';
import { withClient } from '../with-client.ts';
import { printApplied, readSources } from './schedules-apply.ts';

interface ExportFlags extends ConnectionFlags {
  readonly output?: string;
  readonly json?: boolean;
}

/** `holdfast schedules export [NAME…]`: definitions as a file that can be applied. */
export function schedulesExportCommand(terminal: Terminal): Command {
  const command = new Command('export')
    .summary('write definitions as a file that can be applied')
    .description(
      'Writes the definitions of schedules, of all unless some are named, as YAML. An apply of that ' +
        'file changes nothing. Pauses are no part of definitions; the file tells them as comments.',
    )
    .argument('[name...]', 'the names of schedules (default: all)')
    .option('--output <file>', 'a file that does not exist yet (default: standard output)')
    .option('--json', 'write JSON')
    .addHelpText('after', EXPORT_HELP);
  addConnectionOptions(command);
  return command.action(async (names: string[], flags: ExportFlags) => {
    const exported = await withClient(flags, terminal, ({ schedules }) => schedules.export(names));
    const { formatSchedulesYaml } = await import('../format/schedules-yaml.ts');
    const definitions = exported.map(({ document }) => document);
    const text =
      flags.json === true
        ? `${formatDocument({ schedules: definitions })}\n`
        : formatSchedulesYaml(exported);
    if (flags.output === undefined) return terminal.print(text.trimEnd());
    await writeNew(flags.output, text);
    await terminal.note(`${exported.length} schedules are in ${flags.output}`);
  });
}

interface ResetFlags extends ConnectionFlags {
  readonly backup?: string;
  readonly dryRun?: boolean;
  readonly source?: string;
  readonly by?: string;
  readonly json?: boolean;
}

/** `holdfast schedules reset FILE…`: makes the record equal to files, after a backup. */
export function schedulesResetCommand(terminal: Terminal): Command {
  const command = new Command('reset')
    .summary('make the record equal to files, after a backup')
    .description(
      'Makes the record equal to files: edits are undone, and schedules that no file names are taken ' +
        'out. Before that it exports all that is on record, and prints where to.',
    )
    .argument('<file...>', 'one schedule, a list, or a list under `schedules`')
    .option('--backup <file>', 'where to (default: holdfast-schedules-<time>.yaml)')
    .option('--dry-run', 'only tell what it would do; writes no backup')
    .option('--source <name>', 'what the files together are called (default: each its own path)')
    .option('--by <name>', 'who does it (default: user and host)')
    .option('--json', 'print one JSON document')
    .addHelpText('after', RESET_HELP);
  addConnectionOptions(command);
  return command.action((files: string[], flags: ResetFlags) => reset(terminal, files, flags));
}

async function reset(
  terminal: Terminal,
  files: readonly string[],
  flags: ResetFlags,
): Promise<void> {
  const sources = await readSources(files, flags.source);
  const { formatSchedulesYaml } = await import('../format/schedules-yaml.ts');
  await withClient(flags, terminal, async ({ schedules }, audited) => {
    const from = await schedules.export();
    const options = { from, ...pick(flags, 'by', 'dryRun') };
    if (flags.dryRun === true) {
      return printApplied(terminal, await schedules.reset(sources, options), flags);
    }
    const backup = flags.backup ?? `holdfast-schedules-${fileTime(new Date())}.yaml`;
    await writeNew(backup, formatSchedulesYaml(from));
    // It is told before, so that it is known even if the reset fails.
    if (flags.json !== true) await terminal.print(`backup: ${backup}`);
    const applied = await audited(() => schedules.reset(sources, options), {
      what: 'schedules reset',
      by: flags.by,
      details: countsOf,
      targets: changedOf,
    });
    if (flags.json === true) await terminal.print(formatDocument({ backup, ...applied }));
    else await printApplied(terminal, applied, flags);
  });
}

function fileTime(time: Date): string {
  return time.toISOString().replaceAll(':', '').replace('.', '-');
}

/** Writes a file, never over another one. @throws HoldfastError `invalid_input` */
async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? 'which is there' : `which does not open (${code})`;
    throw new HoldfastError(
      'invalid_input',
      `expected a file that can be made, got ${show(file)}, ${why}`,
      { hint: 'name another file', cause },
    );
  }
}

const EXPORT_HELP = `
Examples:
  $ holdfast schedules export > schedules.yaml
  $ holdfast schedules export nightly hourly --output some.yaml`;

const RESET_HELP = `
Examples:
  $ holdfast schedules reset schedules.yaml --dry-run
  $ holdfast schedules reset schedules.yaml --backup before.yaml`;
