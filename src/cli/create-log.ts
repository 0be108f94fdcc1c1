import type { Command } from 'commander';
import type { Logger } from 'pino';
import { REDACTED } from '../domain/redacted.ts';
import { choiceOption } from './option-values.ts';
import type { Terminal } from './terminal.ts';

/** The options of a command that logs. */
export interface LogFlags {
  readonly logLevel: string;
  readonly logFormat?: 'json' | 'pretty';
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Adds the options of {@link LogFlags}. */
export function addLogOptions(command: Command): Command {
  return command
    .optionsGroup('Log, on standard error:')
    .addOption(
      choiceOption('--log-level <level>', 'what to log, from this level up', LEVELS)
        .env('HOLDFAST_LOG_LEVEL')
        .default('info'),
    )
    .addOption(
      choiceOption('--log-format <format>', 'default: pretty on a terminal, else json lines', [
        'json',
        'pretty',
      ]),
    );
}

/** The format of the log: readable for people, JSON lines for all others. */
export function logFormat(
  flags: LogFlags,
  { stderrIsTty }: Pick<Terminal, 'stderrIsTty'>,
): 'json' | 'pretty' {
  return flags.logFormat ?? (stderrIsTty ? 'pretty' : 'json');
}

/** A log on standard error. */
export async function createLog(flags: LogFlags, terminal: Terminal): Promise<Logger> {
  const { pino } = await import('pino');
  const options = { level: flags.logLevel, base: null, redact: REDACTED };
  // Synchronous: the last lines before an exit are the ones that matter.
  if (logFormat(flags, terminal) === 'json') {
    return pino(options, pino.destination({ dest: 2, sync: true }));
  }
  const { default: pretty } = await import('pino-pretty');
  const colorize = terminal.stderrIsTty && terminal.env['NO_COLOR'] === undefined;
  const layout = { translateTime: 'SYS:HH:MM:ss.l', singleLine: true };
  return pino(options, pretty({ destination: 2, sync: true, colorize, ...layout }));
}
