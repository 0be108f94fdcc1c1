import type { Logger } from 'pino';
import { pino } from 'pino';
import { REDACTED } from '../domain/redacted.ts';

/** JSON lines on standard error, from `info` up, or from `HOLDFAST_LOG_LEVEL` up. */
export function defaultLog(): Logger {
  const level = process.env['HOLDFAST_LOG_LEVEL'] ?? 'info';
  return pino({ level, base: null, redact: REDACTED }, pino.destination({ dest: 2, sync: true }));
}
