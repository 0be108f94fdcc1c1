/**
 * Glossary: the words of Holdfast, used the same way in files, tables, flags and logs.
 *
 * - job: one unit of work with an id that is unique for ever.
 * - kind: the name of a handler, what a job runs.
 * - attempt: one run of a job's handler on one node, numbered by `epoch` 1, 2, 3…
 * - generation: one start of an id; the first is 1.
 * - dispatch: putting an attempt on a task queue.
 * - node: one worker process with a name; each start of it is a new incarnation.
 * - pool: a named group of nodes that share a task queue.
 * - lease: a node's proof of life: a long activity on its lease queue that beats.
 * - mode: what operators want of a node: enabled, cordoned or draining.
 * - pin: a job's wish for one node; labels are wishes for a kind of node.
 * - reservation: a slot of a node that is kept for an attempt which was placed there.
 * - wait: an open job that has no place, with the reason.
 * - storm: a pool that loses most of its nodes at once, which pauses its failover.
 * - failover: a new attempt after one was lost (node dead, silent, or over time).
 * - retry: a new attempt after the handler itself failed; counted apart from failovers.
 * - session: an ordered stream of results; each job of it carries an `index`.
 * - slot: the place of one index in a session; filled when its job closes, released in order.
 * - cursor: the last index that a session has released, or passed over.
 * - verdict: what became of one result that arrived: accepted, duplicate, superseded or late.
 * - late result: one that comes after its attempt was given up.
 * - fence: what is left of a job after the clean-up: enough to refuse its id and judge its results.
 * - horizon: for how long after its end a job's id is not run again.
 * - schedule: what runs again and again, by a cadence or a cron expression.
 * - scope: one independent stream of a schedule's runs, such as a tenant.
 * - plan: one due time of one schedule and scope: run, or skipped for a stated reason.
 * - tick: one planning pass of a schedule; a time that it decided no later tick takes up again.
 * - catch-up: what a tick does with several missed times: run the latest, or each.
 * - outbox: the table through which an application submits a job inside its own transaction.
 * - relay: the part of an orchestrator that starts the jobs of the outbox.
 * - dead: said of a row of the outbox that can never start.
 * - resource: a named, counted thing that jobs hold while they run; of the whole fleet, or of a pool.
 * - need: how much of one resource a job asks for; grant: that it has it.
 * - deadline: by when, after it was opened, a job must have ended.
 * - sweep: the periodic pass that compares ledger and Temporal and repairs what differs.
 * - ledger: the PostgreSQL tables that outlive a workflow: the audit and the fence.
 */
import type { ErrorCode } from './errors.ts';
import type { Json } from './json.ts';
import type { Labels } from './labels.ts';
import type { Need } from './need.ts';

/** The place of a job in an ordered stream of results. */
export interface SessionSlot {
  /** 1 to 200 characters. */
  readonly id: string;
  /** A whole number from 0 to 999,999,999; each index of a session belongs to one job. */
  readonly index: number;
  /** The id of the closed job whose slot it takes, as long as that is not released. */
  readonly replaces?: string;
}

/**
 * Whose result counts when an attempt that was given up answers while its job is still open.
 * `first`: the first that arrives. `original`: the first attempt's, whenever it arrives; of the others
 * the newest attempt's. `replacement`: the newest attempt's, once that is dispatched.
 */
export type Reconcile = (typeof RECONCILES)[number];

/** Every {@link Reconcile}. */
export const RECONCILES = ['first', 'original', 'replacement'] as const;

/** How often a job whose attempt was lost is dispatched again. */
export interface FailoverPolicy {
  /** Re-dispatches at most; 3 means at most 4 attempts lost. */
  readonly maxAttempts: number;
  /** Losses at most by the death of the handler's own thread: it shall not take every node. */
  readonly crashBudget: number;
}

/** What becomes of a pinned job while its node is offline, cordoned or draining. */
export const ON_OFFLINE = ['wait', 'fallback', 'fail'] as const;

/** A job that is to run on one node. */
export interface Pin {
  readonly node: string;
  /** `wait` for the node, `fallback` to the pool, or `fail` with `node_offline`. */
  readonly onOffline: (typeof ON_OFFLINE)[number];
  /** How long to wait before `fallback` or `fail`. */
  readonly afterMs: number;
}

/**
 * Where a job runs. `any`: once, on a node of its pool. `each`: once on every node of its pool that
 * is online when it starts.
 */
export type Placement = (typeof PLACEMENTS)[number];

/** Every {@link Placement}. */
export const PLACEMENTS = ['any', 'each'] as const;

/** By what a running attempt shows that it lives: heartbeats of its own, or its node's lease. */
type Liveness = (typeof LIVENESSES)[number];

/** Every {@link Liveness}. */
export const LIVENESSES = ['heartbeat', 'lease'] as const;

/** When a job has waited too long for a node. */
export interface PendingPolicy {
  /** An alert is raised. */
  readonly alarmAfterMs: number;
  /** The job fails with `pending_timeout`; never, when left out. */
  readonly failAfterMs: number | undefined;
  /** A dispatch that nobody has taken is placed again, unless the job is pinned. */
  readonly reassignAfterMs: number;
}

/** The plan of a schedule that a job runs. */
export interface PlanRun {
  readonly schedule: string;
  readonly scope: string;
  /** In seconds: `2026-06-03T12:00:00Z`. */
  readonly time: string;
  /** The revision of the schedule by which it was planned. */
  readonly revision: number;
  /** What becomes of it while an earlier plan of its scope runs. */
  readonly overlap: (typeof OVERLAPS)[number];
}

/** What becomes of a plan while an earlier one of its scope runs. */
export const OVERLAPS = ['allow', 'skip', 'queue', 'replace'] as const;

/** At most `limit` jobs with this key run at the same time. */
export interface ConcurrencyLimit {
  /** 1 to 200 characters; the same key is the same limit, whatever the kind. */
  readonly key: string;
  /** The limit that was asked for last counts. */
  readonly limit: number;
}

/** At most `limit` jobs with this key start within any stretch of `windowMs`. */
export interface RateLimit {
  readonly key: string;
  readonly limit: number;
  readonly windowMs: number;
}

/** How a job whose handler failed is tried again. */
export interface RetryPolicy {
  /** Failures at most, the first included; 1 means no retry. */
  readonly maxAttempts: number;
  /** The wait before the first retry; doubled for each later one. */
  readonly initialMs: number;
  /** The longest wait. */
  readonly maxMs: number;
  /** The waits one by one, in place of the two above; the last one repeats, and none is no wait. */
  readonly backoffMs?: readonly number[];
  /** Names of error classes that are never retried. */
  readonly nonRetryable: readonly string[];
}

/**
 * What the workflow `job` takes: the wire contract for clients in any language.
 * All but `kind`, `pool` and `input` may be left out; {@link resolveJobSpec} fills in the defaults.
 */
export interface JobRequest {
  readonly kind: string;
  readonly pool: string;
  readonly input: Json;
  readonly timeoutMs?: number;
  readonly heartbeatMs?: number;
  readonly failover?: Partial<FailoverPolicy>;
  readonly retry?: Partial<RetryPolicy>;
  readonly session?: SessionSlot;
  readonly pin?: Pick<Pin, 'node'> & Partial<Pin>;
  /** Labels that its node must have. */
  readonly labels?: Labels;
  /** Labels that its node had better have. */
  readonly preferLabels?: Labels;
  readonly placement?: Placement;
  readonly liveness?: Liveness;
  readonly pending?: Partial<PendingPolicy>;
  readonly reconcile?: Reconcile;
  /** How long after the job's end its id is not run again. Left out: for ever. */
  readonly horizonMs?: number;
  /** How much of which resources it holds while it runs, by their names. */
  readonly resources?: Readonly<Record<string, number>>;
  /** `key` left out: the job's kind. */
  readonly concurrency?: Partial<ConcurrencyLimit> & Pick<ConcurrencyLimit, 'limit'>;
  /** `key` left out: the job's kind. */
  readonly rate?: Partial<RateLimit> & Pick<RateLimit, 'limit' | 'windowMs'>;
  /** 1 (first) to 5 (last): for resources and in task queues. Left out: 3. */
  readonly priority?: number;
  /** Jobs that wait in a task queue are taken in turn over these keys. At most 64 bytes. */
  readonly fairnessKey?: string;
  /** How many of its node's slots an attempt takes. Left out: 1. */
  readonly slots?: number;
  /** How long after it was opened the job must have ended, else it fails. Left out: 24 h. */
  readonly deadlineMs?: number;
  /** Set by schedules. */
  readonly plan?: PlanRun;
}

/** A {@link JobRequest} with its id and every default filled in. */
export interface JobSpec {
  readonly id: string;
  readonly generation: number;
  readonly kind: string;
  readonly pool: string;
  readonly input: Json;
  readonly timeoutMs: number;
  readonly heartbeatMs: number;
  readonly failover: FailoverPolicy;
  readonly retry: RetryPolicy;
  readonly session: SessionSlot | undefined;
  readonly pin: Pin | undefined;
  readonly labels: Labels;
  readonly preferLabels: Labels;
  readonly placement: Placement;
  readonly liveness: Liveness;
  readonly pending: PendingPolicy;
  readonly reconcile: Reconcile;
  /** Undefined: for ever. */
  readonly horizonMs: number | undefined;
  /** What it holds while it runs, concurrency limits among them; ordered by name. */
  readonly needs: readonly Need[];
  readonly rate: RateLimit | undefined;
  /** 1 (first) to 5 (last). */
  readonly priority: number;
  readonly fairnessKey: string | undefined;
  readonly slots: number;
  readonly deadlineMs: number;
  readonly plan: PlanRun | undefined;
}

/** Why a job did not succeed. */
export interface JobError {
  readonly code: ErrorCode;
  readonly message: string;
  /** The class of the handler's error, when the handler threw. */
  readonly name?: string;
  readonly stack?: string;
}

/** How a job ended. It is written once and never changed. */
export type JobOutcome =
  | { readonly state: 'succeeded'; readonly result: Json }
  | { readonly state: 'failed' | 'cancelled'; readonly error: JobError };

/** `open` until the job's end is on record in the ledger, then how it ended. */
export type JobState = 'open' | JobOutcome['state'];

/** Every state of a job, in the order of its life. */
export const JOB_STATES = [
  'open',
  'succeeded',
  'failed',
  'cancelled',
] as const satisfies JobState[];

/** A job as the ledger knows it. */
export interface Job {
  readonly id: string;
  readonly generation: number;
  readonly kind: string;
  readonly pool: string;
  readonly state: JobState;
  readonly session: SessionSlot | undefined;
  /** Attempts whose handler started or may have started. Known when the job is closed. */
  readonly attemptCount: number;
  readonly failoverCount: number;
  readonly openedAt: Date;
  readonly closedAt: Date | undefined;
  readonly error: JobError | undefined;
}
