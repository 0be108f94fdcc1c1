import type { Logger } from 'pino';
import type { ConfigOption } from '../../config/given-config.ts';
import type { Config } from '../../config/load-config.ts';
import type { TemporalOptions } from '../../config/temporal.ts';
import type { Duration } from '../../domain/duration.ts';
import type { ResourceCapacity } from '../../domain/resource.ts';
import { parseResources } from '../../domain/resource.ts';
import type { RetentionPolicy } from '../../domain/retention.ts';
import type { StormPolicies, StormPolicy } from '../../domain/storm.ts';
import type { SweepPolicy } from '../../domain/sweep.ts';
import { parseLimit } from '../../handlers/attempt-options.ts';
import type { JobDefinition } from '../../handlers/define-job.ts';

/**
 * Options of `startOrchestrator`; what is left out comes from the environment, then from
 * holdfast.yaml, and by default is as said here.
 */
export interface OrchestratorOptions extends ConfigOption {
  /** @default TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, holdfast.yaml, temporal.toml, then 127.0.0.1:7233 and default */
  readonly temporal?: TemporalOptions;
  /** The ledger. @default DATABASE_URL, then holdfast.yaml */
  readonly databaseUrl?: string;
  /** When losses of nodes pause failover, in all pools. @default more than half of a pool, and 3, within 10 s; 30 s */
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
  /** It does no work and is ready all the same. @default what ENABLE_SCHEDULER says, else false */
  readonly standby?: boolean;
  /** @default JSON lines on standard error */
  readonly log?: Logger;
}

/** The options and the configuration, as one. */
export interface OrchestratorSettings {
  readonly jobs: string | readonly JobDefinition[] | undefined;
  readonly isStandby: boolean;
  readonly storm: StormPolicies;
  readonly retention: RetentionPolicy;
  readonly sweep: SweepPolicy;
  readonly resources: readonly ResourceCapacity[];
  readonly outboxConcurrency: number;
  readonly outboxLagMs: number;
  /** In cadences of the schedule. */
  readonly scheduleLag: number;
  readonly tickIntervalMs: number;
}

/** What the options say, and what they leave to the configuration. @throws HoldfastError `invalid_input` */
export function orchestratorSettings(
  options: OrchestratorOptions,
  config: Config,
): OrchestratorSettings {
  const { alerts, orchestrator, pools } = config;
  const { outboxLagAlarm = alerts.outboxLagMs, tickInterval = orchestrator.tickIntervalMs } =
    options;
  const own = Object.entries(pools).map(([pool, { storm }]): [string, StormPolicy] => [
    pool,
    { ...storm, ...options.storm },
  ]);
  return {
    jobs: options.jobs ?? orchestrator.jobs,
    isStandby: options.standby ?? orchestrator.standby,
    storm: { ofAll: { ...config.storm, ...options.storm }, byPool: new Map(own) },
    retention: { ...config.retention, ...options.retention },
    sweep: { ...config.sweep, alarmAbove: alerts.sweepRecovered, ...options.sweep },
    resources: mergedResources(
      config.resources,
      parseResources(options.resources ?? {}, 'resources'),
    ),
    outboxConcurrency: config.outbox.concurrency,
    outboxLagMs: parseLimit(outboxLagAlarm, 'outboxLagAlarm'),
    scheduleLag: alerts.scheduleLag,
    tickIntervalMs: parseLimit(tickInterval, 'tickInterval'),
  };
}

function mergedResources(
  configured: readonly ResourceCapacity[],
  given: readonly ResourceCapacity[],
): ResourceCapacity[] {
  const all = [...configured, ...given];
  return [...new Map(all.map((each) => [JSON.stringify([each.pool, each.name]), each])).values()];
}
