import type { OutboxClient } from '../../client/outbox.ts';
import { formatTable, shorten } from './table.ts';
import { formatSpan, formatTime } from './time.ts';

/** Rows of the outbox as a table. */
export function formatOutbox(rows: Awaited<ReturnType<OutboxClient['list']>>, now: Date): string[] {
  return formatTable(
    ['ID', 'KIND', 'POOL', 'STATE', 'TRIES', 'ENQUEUED', 'AGE', 'SESSION', 'ERROR'],
    rows.map((row) => [
      row.id,
      row.kind,
      row.pool ?? '-',
      row.state,
      String(row.tries),
      formatTime(row.enqueuedAt),
      formatSpan(row.enqueuedAt, now),
      row.session ?? '-',
      row.error === undefined ? '' : shorten(`${row.error.code}: ${row.error.message}`, 100),
    ]),
  );
}
