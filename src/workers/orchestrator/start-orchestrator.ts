import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import { createControlActivities } from '../../activities/control/create-control-activities.ts';
import type { Connections } from '../../client/connections.ts';
import { databaseUrl } from '../../config/database-url.ts';
import { givenConfig } from '../../config/given-config.ts';
import { temporalConfig } from '../../config/temporal.ts';
import { configureResources } from '../../client/configure-resources.ts';
import { ORCHESTRATOR_QUEUE } from '../../domain/queues.ts';
import type { DeclaredSchedules } from '../../handlers/load-handlers.ts';
import { handlersOf, loadHandlersIfAny, loadSchedules } from '../../handlers/load-handlers.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { Alerts } from '../alerts.ts';
import { workflowBundlePath } from '../bundle.ts';
import { Closers } from '../closers.ts';
import { connectTemporal, unreachable } from '../connect-temporal.ts';
import { defaultLog } from '../default-log.ts';
import type { Metrics } from '../metrics.ts';
import { processMetrics } from '../metrics.ts';
import { runWorker } from '../run-worker.ts';
import { installRuntime } from '../runtime-log.ts';
import { beatOnRecord } from './beat.ts';
import { WorkerPayloads } from '../worker-payloads.ts';
import { controlEvents } from './control-events.ts';
import { ensureSearchAttributes } from './ensure-search-attributes.ts';
import type { OrchestratorOptions, OrchestratorSettings } from './orchestrator-options.ts';
import { orchestratorSettings } from './orchestrator-options.ts';
import type { Definitions } from './outbox-request.ts';
import { pruneLedger } from './prune.ts';
import { startRelay } from './relay.ts';
import { planRuns } from './plan-runs.ts';
import type { RunningLoop } from './repeat.ts';
import { releaseSessions } from './release-sessions.ts';
import { readSeed, seedLedger } from './seed-schedules.ts';
import { startStandby } from './start-standby.ts';
import { createSweepActivities } from './sweep-activities.ts';
import { scheduleSweeps } from './sweep-schedule.ts';
import { repairScheduleAlarms, tickSchedules } from './tick-schedules.ts';
import { watchOutbox } from './watch-outbox.ts';
import { watchSchedules } from './watch-schedules.ts';
import { watchTemporal } from './watch-temporal.ts';

export type { OrchestratorOptions } from './orchestrator-options.ts';

/** A running orchestrator. */
export interface RunningOrchestrator {
  /** Its worker identity, as the Web UI shows it. */
  readonly identity: string;
  /** It does no work, and is ready all the same. */
  readonly isStandby: boolean;
  /** Why it can do no work now; undefined when it can. */
  readonly whyNotReady: () => Promise<string | undefined>;
  /** Settles when it has stopped: resolves after {@link stop}, rejects when it failed. */
  readonly stopped: Promise<void>;
  /** Takes no new workflow tasks, ends those it has, and closes its connections. */
  stop(): Promise<void>;
}

/**
 * Starts an orchestrator: a workflow worker with the control activities. It migrates the ledger
 * and registers the search attributes first. Any number may run; each is stateless.
 *
 * @throws HoldfastError `temporal_unavailable`, `ledger_unavailable`, `ledger_schema_newer` or
 *   `handler_file_failed`
 */
export async function startOrchestrator(
  options: OrchestratorOptions = {},
): Promise<RunningOrchestrator> {
  const log = options.log ?? defaultLog();
  installRuntime(log);
  const config = await givenConfig(options);
  const settings = orchestratorSettings(options, config);
  if (settings.isStandby) return startStandby(log);
  const seed = await readSeed(config.file);
  const { definitions, schedules } = await codeOf(settings.jobs);
  const ledger = openLedger(databaseUrl(options.databaseUrl ?? config.database.url));
  const server = temporalConfig(config.temporal, options.temporal);
  const { connectionOptions, namespace, encryption } = server;
  const place = { address: connectionOptions.address, namespace };
  const identity = `orchestrator/${hostname()}/${randomBytes(4).toString('hex')}`;
  const closers = new Closers(log);
  closers.add(() => ledger.close());
  try {
    await ledger.migrate();
    const connection = await connectTemporal(server);
    closers.add(() => connection.close());
    await ensureSearchAttributes(connection, namespace);
    const watch = watchTemporal(connection, ledger, log);
    closers.add(() => watch.stop());
    const metrics = processMetrics();
    const events = controlEvents(log, metrics);
    const client = new Client({ connection, namespace, dataConverter: encryption.dataConverter });
    const payloads = new WorkerPayloads(encryption, new Alerts(log, metrics));
    const connections = { client, ledger, place, kinds: config.kinds };
    const { storm, retention, sweep, outboxConcurrency: concurrency } = settings;
    await configureResources(connections, settings.resources);
    await seedLedger(connections, seed, log);
    const plans = planRuns(connections, schedules);
    const worker = await Worker.create({
      ...WORKER_OPTIONS,
      ...{ connection, namespace, identity },
      dataConverter: payloads.dataConverter,
      workflowBundle: { codePath: await workflowBundlePath(payloads) },
      activities: {
        ...createControlActivities({ ledger, events, storm, watch, plans }),
        ...createSweepActivities({ connections, retention, ...sweep, metrics, log }),
      },
    });
    const loops = [
      releaseSessions(ledger, client, events, log),
      startRelay({ connections, definitions, concurrency, metrics, log }),
      ...loopsOf(connections, settings, { worker, metrics, log }),
    ];
    for (const loop of loops) closers.add(() => loop.stop());
    const stopped = runWorker(worker, log).finally(() => closers.closeAll());
    stopped.catch(() => undefined);
    log.info({ identity, ...place }, 'orchestrator.started');
    const isReady = () => whyNotReady(worker, ledger, payloads);
    const stop = () => stopWorker(worker, stopped);
    return { identity, isStandby: false, stopped, stop, whyNotReady: isReady };
  } catch (error) {
    await closers.closeAll();
    throw unreachable(error, server);
  }
}

/** What a file or a program defines, and orchestrators use. */
async function codeOf(
  jobs: OrchestratorOptions['jobs'],
): Promise<{ readonly definitions: Definitions; readonly schedules: DeclaredSchedules }> {
  return { definitions: await definitionsOf(jobs), schedules: await schedulesOf(jobs) };
}

async function definitionsOf(jobs: OrchestratorOptions['jobs']): Promise<Definitions> {
  if (jobs === undefined) return new Map();
  return typeof jobs === 'string' ? loadHandlersIfAny(jobs) : handlersOf(jobs, 'option "jobs"');
}

const WORKER_OPTIONS = {
  taskQueue: ORCHESTRATOR_QUEUE,
  // A dead orchestrator's workflows move on after this; the SDK's default is 10 s.
  stickyQueueScheduleToStartTimeout: '2s',
  shutdownGraceTime: '5s',
  shutdownForceTime: '15s',
  // A process that was frozen in the middle of a workflow's activation is over the SDK's limit for it, 5 s,
  // when it wakes; the limit ends the script inside its VM, and Node.js 20 aborts with a corrupted stack of
  // async hooks. Our workflows do not loop. The SDK takes the option, but has it in none of its types.
  isolateExecutionTimeout: '1h',
} as const;

function loopsOf(
  connections: Connections,
  settings: OrchestratorSettings,
  { worker, metrics, log }: { worker: Worker; metrics: Metrics; log: Logger },
): RunningLoop[] {
  const { client, ledger } = connections;
  const { retention, sweep, outboxLagMs, tickIntervalMs, scheduleLag: lagCadences } = settings;
  return [
    beatOnRecord(ledger, worker, log),
    pruneLedger(ledger, retention, metrics, log),
    watchOutbox(ledger.outbox, metrics, log, outboxLagMs),
    scheduleSweeps(client, sweep.intervalMs, log),
    tickSchedules(connections, tickIntervalMs, log),
    repairScheduleAlarms(connections, tickIntervalMs, log),
    watchSchedules(ledger, metrics, log, { intervalMs: tickIntervalMs, lagCadences }),
  ];
}

/** A file may define schedules beside its jobs: the inputs that they compute are computed here. */
async function schedulesOf(jobs: OrchestratorOptions['jobs']): Promise<DeclaredSchedules> {
  return typeof jobs === 'string' ? loadSchedules(jobs) : new Map();
}

async function whyNotReady(
  worker: Worker,
  ledger: Ledger,
  payloads: WorkerPayloads,
): Promise<string | undefined> {
  const state = worker.getState();
  if (state !== 'RUNNING') return `its worker is ${state.toLowerCase()}`;
  await ledger.checkSchema();
  return payloads.whyUnreadable();
}

async function stopWorker(worker: Worker, stopped: Promise<void>): Promise<void> {
  if (worker.getState() === 'RUNNING') worker.shutdown();
  await stopped;
}
