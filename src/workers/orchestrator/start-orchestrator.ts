import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import { createControlActivities } from '../../activities/control/create-control-activities.ts';
import type { Connections } from '../../client/connections.ts';
import type { TemporalOptions } from '../../config.ts';
import { databaseUrl, temporalConfig } from '../../config.ts';
import type { Duration } from '../../domain/duration.ts';
import { configureResources } from '../../client/configure-resources.ts';
import { ORCHESTRATOR_QUEUE } from '../../domain/queues.ts';
import { parseResources } from '../../domain/resource.ts';
import type { RetentionPolicy } from '../../domain/retention.ts';
import { RETENTION_DEFAULTS } from '../../domain/retention.ts';
import type { StormPolicy } from '../../domain/storm.ts';
import { STORM_DEFAULTS } from '../../domain/storm.ts';
import type { SweepPolicy } from '../../domain/sweep.ts';
import { SWEEP_DEFAULTS } from '../../domain/sweep.ts';
import { parseLimit } from '../../handlers/attempt-options.ts';
import type { JobDefinition } from '../../handlers/define-job.ts';
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
import type { Definitions } from './outbox-request.ts';
import { pruneLedger } from './prune.ts';
import { startRelay } from './relay.ts';
import { planRuns } from './plan-runs.ts';
import type { RunningLoop } from './repeat.ts';
import { releaseSessions } from './release-sessions.ts';
import { createSweepActivities } from './sweep-activities.ts';
import { scheduleSweeps } from './sweep-schedule.ts';
import { repairScheduleAlarms, tickSchedules } from './tick-schedules.ts';
import { watchOutbox } from './watch-outbox.ts';
import { watchSchedules } from './watch-schedules.ts';
import { watchTemporal } from './watch-temporal.ts';

/** Options of {@link startOrchestrator}; what is left out comes from the environment. */
export interface OrchestratorOptions {
  /** @default TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, temporal.toml, then 127.0.0.1:7233 and default */
  readonly temporal?: TemporalOptions;
  /** The ledger. @default DATABASE_URL */
  readonly databaseUrl?: string;
  /** When losses of nodes pause failover. @default more than half of a pool, and 3, within 10 s; 30 s */
  readonly storm?: Partial<StormPolicy>;
  /** How long the ledger keeps what. @default results 7 days, fences for ever or at least 90 days */
  readonly retention?: Partial<RetentionPolicy>;
  /**
   * A handler file, or definitions: what jobs that were enqueued by SQL take the defaults of their kind
   * from, and their schemas check. Their handlers do not run here. @default none
   */
  readonly jobs?: string | readonly JobDefinition[];
  /** The age of a row of the outbox from which it is an alert. @default '60s' */
  readonly outboxLagAlarm?: Duration;
  /** What compares ledger and Temporal and repairs what differs. @default every minute; alert above 10 */
  readonly sweep?: Partial<SweepPolicy>;
  /**
   * How much there is of what jobs hold while they run, by the resource's name, or `pool/name` for one
   * pool's own: `{ 'db-conn': 10, 'gpu/gpu-mem-gb': 64 }`. Only a change of it counts: what was set
   * while running outlives a restart with the same. @default none
   */
  readonly resources?: Readonly<Record<string, number>>;
  /** How often it looks for schedules that are due and had no alarm. @default '30s' */
  readonly tickInterval?: Duration;
  /** @default JSON lines on standard error */
  readonly log?: Logger;
}

/** A running orchestrator. */
export interface RunningOrchestrator {
  /** Its worker identity, as the Web UI shows it. */
  readonly identity: string;
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
  const settings = settingsOf(options);
  const definitions = await definitionsOf(options.jobs);
  const schedules = await schedulesOf(options.jobs);
  const ledger = openLedger(databaseUrl(options.databaseUrl));
  const config = temporalConfig(options.temporal);
  const { connectionOptions, namespace, encryption } = config;
  const place = { address: connectionOptions.address, namespace };
  const identity = `orchestrator/${hostname()}/${randomBytes(4).toString('hex')}`;
  const closers = new Closers(log);
  closers.add(() => ledger.close());
  try {
    await ledger.migrate();
    const connection = await connectTemporal(config);
    closers.add(() => connection.close());
    await ensureSearchAttributes(connection, namespace);
    const watch = watchTemporal(connection, ledger, log);
    closers.add(() => watch.stop());
    const metrics = processMetrics();
    const events = controlEvents(log, metrics);
    const { dataConverter } = encryption;
    const client = new Client({ connection, namespace, dataConverter });
    const payloads = new WorkerPayloads(encryption, new Alerts(log, metrics));
    const connections = { client, ledger, place };
    const { storm, retention, sweep } = settings;
    await configureResources(connections, settings.resources);
    const plans = planRuns(connections, schedules);
    const worker = await Worker.create({
      connection,
      namespace,
      identity,
      taskQueue: ORCHESTRATOR_QUEUE,
      dataConverter: payloads.dataConverter,
      workflowBundle: { codePath: await workflowBundlePath(payloads) },
      activities: {
        ...createControlActivities({ ledger, events, storm, watch, plans }),
        ...createSweepActivities({ connections, retention, ...sweep, metrics, log }),
      },
      ...WORKER_TIMES,
    });
    const loops = [
      releaseSessions(ledger, client, events, log),
      startRelay({ connections, definitions, metrics, log }),
      ...loopsOf(connections, settings, { worker, metrics, log }),
    ];
    for (const loop of loops) closers.add(() => loop.stop());
    const stopped = runWorker(worker, log).finally(() => closers.closeAll());
    stopped.catch(() => undefined);
    log.info({ identity, ...place }, 'orchestrator.started');
    const isReady = () => whyNotReady(worker, ledger, payloads);
    return { identity, stopped, stop: () => stopWorker(worker, stopped), whyNotReady: isReady };
  } catch (error) {
    await closers.closeAll();
    throw unreachable(error, config);
  }
}

async function definitionsOf(jobs: OrchestratorOptions['jobs']): Promise<Definitions> {
  if (jobs === undefined) return new Map();
  return typeof jobs === 'string' ? loadHandlersIfAny(jobs) : handlersOf(jobs, 'option "jobs"');
}

const WORKER_TIMES = {
  // A dead orchestrator's workflows move on after this; the SDK's default is 10 s.
  stickyQueueScheduleToStartTimeout: '2s',
  shutdownGraceTime: '5s',
  shutdownForceTime: '15s',
  // A process that was frozen in the middle of a workflow's activation is over the SDK's limit for it, 5 s,
  // when it wakes; the limit ends the script inside its VM, and Node.js 20 aborts with a corrupted stack of
  // async hooks. Our workflows do not loop. The SDK takes the option, but has it in none of its types.
  isolateExecutionTimeout: '1h',
} as const;

/** What is left to the defaults, filled in. */
function settingsOf(options: OrchestratorOptions) {
  return {
    storm: { ...STORM_DEFAULTS, ...options.storm },
    retention: { ...RETENTION_DEFAULTS, ...options.retention },
    sweep: { ...SWEEP_DEFAULTS, ...options.sweep },
    resources: parseResources(options.resources ?? {}, 'resources'),
    outboxLagAlarmMs: parseLimit(options.outboxLagAlarm ?? '60s', 'outboxLagAlarm'),
    tickIntervalMs: parseLimit(options.tickInterval ?? '30s', 'tickInterval'),
  };
}

function loopsOf(
  connections: Connections,
  { retention, sweep, outboxLagAlarmMs, tickIntervalMs }: ReturnType<typeof settingsOf>,
  { worker, metrics, log }: { worker: Worker; metrics: Metrics; log: Logger },
): RunningLoop[] {
  const { client, ledger } = connections;
  return [
    beatOnRecord(ledger, worker, log),
    pruneLedger(ledger, retention, metrics, log),
    watchOutbox(ledger.outbox, metrics, log, outboxLagAlarmMs),
    scheduleSweeps(client, sweep.intervalMs, log),
    tickSchedules(connections, tickIntervalMs, log),
    repairScheduleAlarms(connections, tickIntervalMs, log),
    watchSchedules(ledger, metrics, log, tickIntervalMs),
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
