import type { AuditEntry } from '../../domain/access.ts';
import { formatTable, shorten } from './table.ts';
import { formatTime } from './time.ts';

const DETAILS_LIMIT = 80;

/** Entries of the audit as a table. */
export function formatAudit(entries: readonly AuditEntry[]): string[] {
  return formatTable(
    ['ID', 'AT', 'WHO', 'ROLE', 'WHAT', 'TARGET', 'OUTCOME', 'DETAILS'],
    entries.map(({ id, at, who, role, what, target, outcome, details }) => [
      String(id),
      formatTime(at),
      who,
      role ?? '-',
      what,
      target ?? '-',
      outcome,
      details === undefined ? '' : shorten(JSON.stringify(details), DETAILS_LIMIT),
    ]),
  );
}
