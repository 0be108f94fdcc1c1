import type { LogLevel, Logger as TemporalLogger, MetricsExporterConfig } from '@temporalio/worker';
import { Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';
import { JOB_WORKFLOW } from '../domain/messages.ts';

type Levels = Readonly<Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'>>;

/** The levels of our workflows' own lines. */
const WORKFLOW_LEVELS: Levels = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

/** The SDK's levels, one lower: what it tells of itself is news to us only when it warns. */
const SDK_LEVELS: Levels = { ...WORKFLOW_LEVELS, DEBUG: 'trace', INFO: 'debug' };

/** Settings of the SDK's runtime that a process may choose. */
export interface RuntimeOptions {
  /** Where the SDK serves its metrics and ours, as host and port. @default nowhere */
  readonly metricsAddress?: string;
}

let isInstalled = false;

/**
 * Sends the log of the Temporal SDK, its native part included, to `log`, and leaves signals to us:
 * the SDK would otherwise shut workers down on SIGTERM behind our back. There is one such runtime
 * in a process, so the first call counts. Call it before any connection is made.
 */
export function installRuntime(log: Logger, { metricsAddress }: RuntimeOptions = {}): void {
  if (isInstalled) return;
  isInstalled = true;
  try {
    Runtime.install({
      logger: temporalLogger(log),
      shutdownSignals: [],
      telemetryOptions: {
        logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
        ...(metricsAddress === undefined ? {} : { metrics: metricsAt(metricsAddress) }),
      },
    });
  } catch (error) {
    log.warn({ err: error }, 'temporal.runtime_exists');
  }
}

function metricsAt(bindAddress: string): MetricsExporterConfig {
  return {
    prometheus: { bindAddress, countersTotalSuffix: true, useSecondsForDurations: true },
  };
}

function temporalLogger(log: Logger): TemporalLogger {
  const write = (level: LogLevel, message: string, meta: Record<string, unknown> = {}): void => {
    const { error: err, ...rest } = meta;
    const isOurs = meta['sdkComponent'] === 'workflow';
    const levels = isOurs ? WORKFLOW_LEVELS : SDK_LEVELS;
    const fields = {
      ...(isOurs ? rest : { temporal: scalarsIn(rest) }),
      ...(err === undefined ? {} : { err }),
    };
    log[isKnown(message, meta) ? 'debug' : levels[level]](fields, message);
  };
  return {
    log: write,
    trace: (message, meta) => write('TRACE', message, meta),
    debug: (message, meta) => write('DEBUG', message, meta),
    info: (message, meta) => write('INFO', message, meta),
    warn: (message, meta) => write('WARN', message, meta),
    error: (message, meta) => write('ERROR', message, meta),
  };
}

/** At its most talkative the SDK logs whole tasks, payloads included: no object of its own gets through. */
function scalarsIn(meta: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.entries(meta).filter(([, value]) => typeof value !== 'object');
  return Object.fromEntries(kept);
}

/** What the SDK warns of and we know: our own lines say it too, or it is how a node is meant. */
function isKnown(message: string, meta: Record<string, unknown>): boolean {
  if (message === 'Activity failed') return true;
  if (message === 'Workflow failed') return meta['workflowType'] === JOB_WORKFLOW;
  return message.startsWith('No workflows registered');
}
