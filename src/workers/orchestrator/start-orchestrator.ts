import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import { createControlActivities } from '../../activities/control/create-control-activities.ts';
import { databaseUrl, temporalConfig } from '../../config.ts';
import { ORCHESTRATOR_QUEUE } from '../../domain/queues.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { workflowBundlePath } from '../bundle.ts';
import { temporalError } from '../../domain/temporal-error.ts';
import { connectTemporal } from '../connect-temporal.ts';
import { defaultLog } from '../default-log.ts';
import { installRuntime } from '../runtime-log.ts';
import { ensureSearchAttributes } from './ensure-search-attributes.ts';

/** Options of {@link startOrchestrator}; what is left out comes from the environment. */
export interface OrchestratorOptions {
  /** @default TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, temporal.toml, then 127.0.0.1:7233 and default */
  readonly temporal?: { readonly address?: string; readonly namespace?: string };
  /** The ledger. @default DATABASE_URL */
  readonly databaseUrl?: string;
  /** @default JSON lines on standard error */
  readonly log?: Logger;
}

/** A running orchestrator. */
export interface RunningOrchestrator {
  /** Its worker identity, as the Web UI shows it. */
  readonly identity: string;
  /** Settles when it has stopped: resolves after {@link stop}, rejects when it failed. */
  readonly stopped: Promise<void>;
  /** Takes no new workflow tasks, ends those it has, and closes its connections. */
  stop(): Promise<void>;
}

/**
 * Starts an orchestrator: a workflow worker with the control activities. It migrates the ledger
 * and registers the search attributes first. Any number may run; each is stateless.
 *
 * @throws HoldfastError `temporal_unavailable`, `ledger_unavailable` or `ledger_schema_newer`
 */
export async function startOrchestrator(
  options: OrchestratorOptions = {},
): Promise<RunningOrchestrator> {
  const log = options.log ?? defaultLog();
  installRuntime(log);
  const ledger = openLedger(databaseUrl(options.databaseUrl));
  const config = temporalConfig(options.temporal);
  const { connectionOptions, namespace } = config;
  const identity = `orchestrator/${hostname()}/${randomBytes(4).toString('hex')}`;
  const undo: (() => Promise<unknown>)[] = [() => ledger.close()];
  const closeAll = async () => {
    for (const close of undo.splice(0).reverse()) await close();
  };
  try {
    await ledger.migrate();
    const connection = await connectTemporal(config);
    undo.push(() => connection.close());
    await ensureSearchAttributes(connection, namespace);
    const worker = await Worker.create({
      connection,
      namespace,
      identity,
      taskQueue: ORCHESTRATOR_QUEUE,
      workflowBundle: { codePath: await workflowBundlePath() },
      activities: createControlActivities(ledger),
      // A dead orchestrator's workflows move on after this; the SDK's default is 10 s.
      stickyQueueScheduleToStartTimeout: '2s',
      shutdownGraceTime: '5s',
      shutdownForceTime: '15s',
    });
    const running = worker.run();
    const stopped = running.finally(closeAll);
    stopped.catch(() => undefined);
    log.info({ identity, namespace, address: connectionOptions.address }, 'orchestrator.started');
    return { identity, stopped, stop: () => stopWorker(worker, stopped) };
  } catch (error) {
    await closeAll();
    throw temporalError(error, { address: connectionOptions.address, namespace });
  }
}

async function stopWorker(worker: Worker, stopped: Promise<void>): Promise<void> {
  if (worker.getState() === 'RUNNING') worker.shutdown();
  await stopped;
}
