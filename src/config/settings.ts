import { DEFAULT_LEASE_MS, LEAST_LEASE_MS } from '../domain/node.ts';
import { RETENTION_DEFAULTS } from '../domain/retention.ts';
import { STORM_DEFAULTS } from '../domain/storm.ts';
import { SWEEP_DEFAULTS } from '../domain/sweep.ts';
import { API_SETTINGS } from './api-settings.ts';
import type { NamedValues, SettingGroup } from './setting.ts';
import { optional, setting } from './setting.ts';
import { choice, count, duration, share, text, yesOrNo } from './value-types.ts';

/** What the log may be told to begin with. */
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Temporal's schedules know whole seconds. */
const LEAST_SWEEP_MS = 1_000;

const MOST_CAPACITY = 2_147_483_647;

const resources: NamedValues<number> = {
  named: true,
  type: count(0, MOST_CAPACITY),
  meaning: 'how much there is of what jobs hold while they run; pool/name for one pool',
  flag: '--resource <name=capacity>',
};

const storm = {
  share: setting(
    share,
    'more than this share of a pool lost pauses its failover',
    STORM_DEFAULTS.share,
    { flag: '--storm-share <share>', variable: 'HOLDFAST_STORM_SHARE' },
  ),
  leastNodes: setting(count(1), 'fewer lost nodes are no storm', STORM_DEFAULTS.leastNodes, {
    flag: '--storm-nodes <count>',
    variable: 'HOLDFAST_STORM_NODES',
  }),
  windowMs: setting(
    duration(0),
    'losses this close to each other count together',
    STORM_DEFAULTS.windowMs,
    { flag: '--storm-window <time>', variable: 'HOLDFAST_STORM_WINDOW' },
  ),
  holdMs: setting(duration(0), 'how long failover pauses', STORM_DEFAULTS.holdMs, {
    flag: '--storm-hold <time>',
    variable: 'HOLDFAST_STORM_HOLD',
  }),
} satisfies SettingGroup;

const retention = {
  intervalMs: setting(duration(1), 'how often it is cleaned up', RETENTION_DEFAULTS.intervalMs, {
    flag: '--retention-interval <time>',
    variable: 'HOLDFAST_RETENTION_INTERVAL',
  }),
  closedJobsMs: setting(
    duration(0),
    'input, attempts and result of a closed job',
    RETENTION_DEFAULTS.closedJobsMs,
    { flag: '--retention-closed-jobs <time>', variable: 'HOLDFAST_RETENTION_CLOSED_JOBS' },
  ),
  sessionResultsMs: setting(
    duration(0),
    'results that a session has released',
    RETENTION_DEFAULTS.sessionResultsMs,
    { flag: '--retention-session-results <time>', variable: 'HOLDFAST_RETENTION_SESSION_RESULTS' },
  ),
  fencesMs: setting(
    duration(0),
    'ids of jobs of a finite horizon, at least',
    RETENTION_DEFAULTS.fencesMs,
    { flag: '--retention-fences <time>', variable: 'HOLDFAST_RETENTION_FENCES' },
  ),
  auditMs: setting(duration(0), 'who changed what', RETENTION_DEFAULTS.auditMs, {
    flag: '--retention-audit <time>',
    variable: 'HOLDFAST_RETENTION_AUDIT',
  }),
} satisfies SettingGroup;

const alerts = {
  outboxLagMs: setting(duration(1), 'alert when a job waits in the outbox for longer', 60_000, {
    flag: '--outbox-lag-alarm <time>',
    variable: 'HOLDFAST_OUTBOX_LAG_ALARM',
  }),
  sweepRecovered: setting(
    count(0),
    'alert when one sweep repairs more than this',
    SWEEP_DEFAULTS.alarmAbove,
    { flag: '--sweep-alarm-above <count>', variable: 'HOLDFAST_SWEEP_ALARM_ABOVE' },
  ),
  scheduleLag: setting(
    count(1),
    'alert when a schedule is behind by more than so many of its cadences',
    2,
    { flag: '--schedule-lag-alarm <count>', variable: 'HOLDFAST_SCHEDULE_LAG_ALARM' },
  ),
} satisfies SettingGroup;

const orchestrator = {
  jobs: optional(
    text,
    'a handler file: defaults of jobs enqueued by SQL, computed inputs of schedules',
    { otherwise: 'none', flag: '--jobs <file>', isPath: true },
  ),
  standby: setting(yesOrNo, 'do no work, and be ready all the same', false, {
    flag: '--standby',
    variable: 'ENABLE_SCHEDULER',
    readVariable: (given) => !/^(true|1|yes)$/i.test(given),
  }),
  tickIntervalMs: setting(
    duration(1),
    'look so often for schedules that are due and had no alarm',
    30_000,
    { flag: '--tick-interval <time>', variable: 'HOLDFAST_TICK_INTERVAL' },
  ),
} satisfies SettingGroup;

const node = {
  pool: optional(text, 'the pool whose jobs it takes', {
    otherwise: 'must be given',
    flag: '--pool <pool>',
  }),
  jobs: optional(text, 'the handler file, .js or .ts', {
    otherwise: 'must be given',
    flag: '--jobs <file>',
    isPath: true,
  }),
  slots: optional(count(1), 'attempts at once', {
    otherwise: 'one for each CPU',
    flag: '--slots <count>',
  }),
  isolation: optional(choice(['thread', 'inline']), 'where handlers run', {
    otherwise: 'thread',
    flag: '--isolation <how>',
  }),
  shutdownGraceMs: setting(
    duration(0),
    'how long running attempts may go on when it stops',
    10_000,
    { flag: '--shutdown-grace <time>' },
  ),
  cancelGraceMs: setting(duration(0), 'how long a cancelled handler may run on', 5_000, {
    flag: '--cancel-grace <time>',
  }),
  leaseMs: setting(
    duration(LEAST_LEASE_MS),
    'silence after which it counts as lost and its attempts run elsewhere',
    DEFAULT_LEASE_MS,
    { flag: '--lease <time>' },
  ),
  labels: {
    named: true,
    type: text,
    meaning: 'what it has or is, such as gpu=a100',
    flag: '--label <name=value>',
  } as NamedValues<string>,
  spoolDir: optional(text, 'where late results wait until they are delivered', {
    otherwise: "in the user's state folder",
    flag: '--spool-dir <folder>',
    variable: 'HOLDFAST_SPOOL_DIR',
    isPath: true,
  }),
  spoolMaxMb: setting(count(1), 'over it the oldest late results go', 256, {
    flag: '--spool-max-mb <count>',
  }),
} satisfies SettingGroup;

/**
 * Every setting, by its path in `holdfast.yaml`: what commands, {@link loadConfig} and the documentation
 * know of them. `pools`, `kinds` and `schedules`, whose keys are the user's own, are beside it.
 */
export const SETTINGS = {
  temporal: {
    address: optional(text, 'host and port of Temporal', {
      otherwise: 'the profile in temporal.toml, then 127.0.0.1:7233',
      flag: '--temporal-address <host:port>',
      variable: 'TEMPORAL_ADDRESS',
    }),
    namespace: optional(text, 'its namespace', {
      otherwise: 'the profile in temporal.toml, then default',
      flag: '--namespace <name>',
      variable: 'TEMPORAL_NAMESPACE',
    }),
    profile: optional(text, 'the profile in temporal.toml, which has TLS and keys too', {
      otherwise: 'default',
      variable: 'TEMPORAL_PROFILE',
    }),
  },
  database: {
    url: optional(text, 'the ledger: postgres://user:password@host/database', {
      otherwise: 'must be given where the ledger is needed',
      flag: '--database-url <url>',
      variable: 'DATABASE_URL',
      isSecret: true,
    }),
  },
  resources,
  storm,
  retention,
  sweep: {
    intervalMs: setting(
      duration(LEAST_SWEEP_MS),
      'how often a sweep repairs what differs',
      SWEEP_DEFAULTS.intervalMs,
      { flag: '--sweep-interval <time>', variable: 'HOLDFAST_SWEEP_INTERVAL' },
    ),
  },
  outbox: {
    concurrency: setting(
      count(1, 1_000),
      'jobs of the outbox that one orchestrator starts at once',
      32,
    ),
  },
  alerts,
  orchestrator,
  node,
  api: API_SETTINGS,
  health: {
    address: optional(text, 'where /livez, /readyz and /metrics are', {
      otherwise: '127.0.0.1:9464, or a free port',
      flag: '--health-address <host:port>',
      variable: 'HOLDFAST_HEALTH_ADDRESS',
    }),
  },
  log: {
    level: setting(choice(LOG_LEVELS), 'what to log, from this level up', 'info', {
      flag: '--log-level <level>',
      variable: 'HOLDFAST_LOG_LEVEL',
    }),
    format: optional(choice(['json', 'pretty']), 'how to log', {
      otherwise: 'pretty on a terminal, else json lines',
      flag: '--log-format <format>',
    }),
  },
} satisfies SettingGroup;

/** The settings that a pool may have of its own, under `pools.<pool>`. */
export const POOL_SETTINGS = { resources, storm } satisfies SettingGroup;
