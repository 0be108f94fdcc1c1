import type { SessionItem } from '../../domain/session.ts';
import { oneLine } from '../report-error.ts';
import { shorten } from './table.ts';

const VALUE_LIMIT = 200;

/** What a session released as one line, in columns of fixed width: lines come as a stream. */
export function formatSessionItem(item: SessionItem): string {
  const { index, job = '-', state } = item;
  const columns = [String(index).padStart(6), state.padEnd(9), job.padEnd(36)];
  return oneLineKeepingIndent(`${columns.join('  ')}  ${shorten(valueOf(item), VALUE_LIMIT)}`);
}

function valueOf(item: SessionItem): string {
  switch (item.state) {
    case 'succeeded':
      return JSON.stringify(item.result);
    case 'failed':
    case 'cancelled':
      return `${item.error.code}: ${item.error.message}`;
    case 'skipped':
      return 'nothing came in time';
    case 'pruned':
      return 'its result was cleaned up';
  }
}

function oneLineKeepingIndent(line: string): string {
  const indent = line.length - line.trimStart().length;
  return line.slice(0, indent) + oneLine(line);
}
