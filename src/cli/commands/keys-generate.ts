import { Command } from 'commander';
import { formatDocument } from '../format/document.ts';
import type { Terminal } from '../terminal.ts';

interface GenerateFlags {
  readonly json?: boolean;
}

/** `holdfast keys generate [ID]`: a new key on standard output, and nothing else. */
export function keysGenerateCommand(terminal: Terminal): Command {
  return new Command('generate')
    .summary('print a new key')
    .description(
      'Print a new key for HOLDFAST_ENCRYPTION_KEYS, or a line of HOLDFAST_ENCRYPTION_KEYS_FILE. ' +
        'It is stored nowhere: payloads whose key is lost cannot be read again.',
    )
    .argument('[id]', 'how payloads name it (default: k and the date)')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP)
    .action(async (id: string | undefined, { json }: GenerateFlags) => {
      const { generateKey } = await import('../../codec/keyring.ts');
      const name = id ?? `k${new Date().toISOString().slice(0, 10)}`;
      const key = generateKey(name);
      await terminal.print(json === true ? formatDocument({ id: name, key }) : key);
    });
}

const HELP = `
Examples:
  $ export HOLDFAST_ENCRYPTION_KEYS=$(holdfast keys generate)
  $ holdfast keys generate 2027-01 >> keys.txt`;
