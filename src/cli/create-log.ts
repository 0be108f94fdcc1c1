import type { Command } from 'commander';
import type { Logger } from 'pino';
import type { Config } from '../config/load-config.ts';
import { REDACTED } from '../domain/redacted.ts';
import { addSettings } from './setting-flags.ts';
import type { Terminal } from './terminal.ts';

/** The settings of a command that logs. */
export const LOG_SETTINGS = ['log.level', 'log.format'] as const;

/** Adds the flags of {@link LOG_SETTINGS}. */
export function addLogOptions(command: Command): Command {
  return addSettings(command, 'Log, on standard error:', LOG_SETTINGS);
}

/** The format of the log: readable for people, JSON lines for all others. */
export function logFormat(
  { format }: Config['log'],
  { stderrIsTty }: Pick<Terminal, 'stderrIsTty'>,
): 'json' | 'pretty' {
  return format ?? (stderrIsTty ? 'pretty' : 'json');
}

/** A log on standard error. */
export async function createLog(config: Config['log'], terminal: Terminal): Promise<Logger> {
  const { pino } = await import('pino');
  const options = { level: config.level, base: null, redact: REDACTED };
  // Synchronous: the last lines before an exit are the ones that matter.
  if (logFormat(config, terminal) === 'json') {
    return pino(options, pino.destination({ dest: 2, sync: true }));
  }
  const { default: pretty } = await import('pino-pretty');
  const colorize = terminal.stderrIsTty && terminal.env['NO_COLOR'] === undefined;
  const layout = { translateTime: 'SYS:HH:MM:ss.l', singleLine: true };
  return pino(options, pretty({ destination: 2, sync: true, colorize, ...layout }));
}
