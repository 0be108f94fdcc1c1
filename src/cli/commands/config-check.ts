import { Command } from 'commander';
import type { ConfigFault } from '../../config/config-fault.ts';
import type { InspectedConfig } from '../../config/load-config.ts';
import { HoldfastError } from '../../domain/errors.ts';
import { formatFaults } from '../format/config.ts';
import { formatDocument } from '../format/document.ts';
import type { Terminal } from '../terminal.ts';

interface CheckFlags {
  readonly json?: boolean;
}

/** `holdfast config check [FILE]`: tells all that is wrong with a configuration. */
export function configCheckCommand(terminal: Terminal): Command {
  return new Command('check')
    .summary('tell all that is wrong with a configuration')
    .description(
      'Checks a configuration file, the files of schedules that it names, and the variables of the ' +
        'environment, and tells all that is wrong. It needs no servers.',
    )
    .argument('[file]', 'default: HOLDFAST_CONFIG, else the nearest holdfast.yaml')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP)
    .action((file: string | undefined, flags: CheckFlags) => check(terminal, file, flags));
}

async function check(
  terminal: Terminal,
  named: string | undefined,
  { json = false }: CheckFlags,
): Promise<void> {
  const { inspectConfig } = await import('../../config/load-config.ts');
  const { env, cwd } = terminal;
  const inspected = await inspectConfig({ file: named, env, cwd });
  const { file, settings } = inspected;
  const schedules = await schedulesOf(inspected);
  const faults = [...inspected.faults, ...schedules.faults];
  const own = settings.filter(({ origin }) => origin.kind === 'file').length;
  if (json) {
    await terminal.print(
      formatDocument({ file: file?.name, isRight: faults.length === 0, faults }),
    );
  } else if (faults.length > 0) {
    await terminal.print(...formatFaults(faults));
  } else if (file === undefined) {
    await terminal.print('no holdfast.yaml in this folder or above it; the environment is right');
  } else {
    await terminal.print(`${file.name} is right: ${own} settings, ${schedules.count} schedules`);
  }
  if (faults.length > 0) throw wrong(file?.name ?? 'the environment', faults);
}

/** The schedules of a file; of one that is no YAML none is looked for. */
async function schedulesOf({
  file,
  faults,
}: InspectedConfig): Promise<{ readonly count: number; readonly faults: ConfigFault[] }> {
  if (file === undefined || file.faults.length > 0 || faults.some(isOfWholeFile)) {
    return { count: 0, faults: [] };
  }
  const { configuredSchedules } = await import('../../config/read-schedules.ts');
  try {
    return { count: (await configuredSchedules(file.name)).length, faults: [] };
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    const { message, hint } = error;
    return { count: 0, faults: [{ place: undefined, message, hint }] };
  }
}

function isOfWholeFile({ message }: ConfigFault): boolean {
  return message.startsWith('the file:');
}

function wrong(name: string, faults: readonly ConfigFault[]): HoldfastError {
  const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
  return new HoldfastError('invalid_input', `${name} has ${count}`, {
    hint: 'docs/configuration.md tells what may be there',
    details: { faults },
  });
}

const HELP = `
Examples:
  $ holdfast config check
  $ holdfast config check deploy/holdfast.yaml`;
