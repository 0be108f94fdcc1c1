import type { SessionResult } from '../../index.ts';
import { oneLine } from '../report-error.ts';
import { shorten } from './table.ts';

const VALUE_LIMIT = 200;

/** A result of a session as one line, in columns of fixed width: lines come as a stream. */
export function formatSessionResult(slot: SessionResult): string {
  const value =
    slot.state === 'succeeded'
      ? JSON.stringify(slot.result)
      : `${slot.error.code}: ${slot.error.message}`;
  const columns = [String(slot.index).padStart(6), slot.state.padEnd(9), slot.job.padEnd(36)];
  return oneLineKeepingIndent(`${columns.join('  ')}  ${shorten(value, VALUE_LIMIT)}`);
}

function oneLineKeepingIndent(line: string): string {
  const indent = line.length - line.trimStart().length;
  return line.slice(0, indent) + oneLine(line);
}
