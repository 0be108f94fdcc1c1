import { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import { auditListCommand } from './audit-list.ts';

/** `holdfast audit`: who changed what. */
export function auditCommand(terminal: Terminal): Command {
  return new Command('audit')
    .summary('list who changed what')
    .description('Shows who changed what. Needs the ledger only.')
    .addCommand(auditListCommand(terminal));
}
