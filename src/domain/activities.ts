/**
 * The contracts of the activities: what workflows may ask of nodes and of the ledger.
 * They live here so that workflows never import an implementation.
 */
import type { AttemptPlace, AttemptRecord } from './attempt.ts';
import type { JobOutcome, JobSpec, SessionSlot } from './job.ts';
import type { Json } from './json.ts';

/** What a node is told of the attempt it shall run. */
export interface Dispatch {
  readonly job: string;
  readonly generation: number;
  readonly epoch: number;
  readonly kind: string;
  readonly pool: string;
  readonly input: Json;
  readonly session?: SessionSlot;
}

/** What a node answers when the handler returned. */
export interface AttemptReport extends AttemptPlace {
  readonly result: Json;
}

/** What a job's heartbeat carries. */
export interface AttemptBeat {
  readonly node: string;
  readonly epoch: number;
  readonly startedAt: number;
  readonly progress?: Json;
}

/** The types of `ApplicationFailure` by which a node says what became of an attempt. */
export const ATTEMPT_FAILURE = {
  handedBack: 'handed_back',
  refused: 'kind_refused',
  threadDied: 'thread_died',
  timedOut: 'attempt_timed_out',
} as const;

/** The first detail of every failure that a node reports. */
export interface AttemptFailureDetail extends AttemptPlace {
  /** The class of the handler's error. */
  readonly name?: string;
  readonly stack?: string;
}

/** What runs on a node. */
export interface NodeActivities {
  /** Runs one attempt of a job's handler. */
  runJob(dispatch: Dispatch): Promise<AttemptReport>;
}

/** A job's first step, on the ledger. */
export interface OpenJob {
  readonly spec: JobSpec;
  readonly workflowId: string;
  /** The first run id of the workflow's chain: it stays the same over continue-as-new. */
  readonly runId: string;
}

/** `closed`: the id was closed before, or may not be opened; the job ends as recorded. */
export type OpenedJob =
  { readonly kind: 'opened' } | { readonly kind: 'closed'; readonly outcome: JobOutcome };

/** A job's last step, on the ledger. */
export interface CloseJob {
  readonly jobId: string;
  /** For the metrics. */
  readonly jobKind: string;
  /** Whether the job has a session slot to fill. */
  readonly inSession: boolean;
  readonly generation: number;
  readonly runId: string;
  readonly outcome: JobOutcome;
  readonly attempts: readonly AttemptRecord[];
}

/**
 * The first commit wins. `own`: what is stored is what was asked to be stored; otherwise the
 * outcome that was stored before, which the workflow must return instead of its own. `missing`: the
 * ledger does not know the job.
 */
export type ClosedJob =
  | { readonly kind: 'own' }
  | { readonly kind: 'earlier'; readonly outcome: JobOutcome }
  | { readonly kind: 'missing' };

/** What an orchestrator does for workflows. */
export interface ControlActivities {
  openJob(open: OpenJob): Promise<OpenedJob>;
  closeJob(close: CloseJob): Promise<ClosedJob>;
  /** Which node ran the newest activity with this id, from the workflow's own history. */
  findAttempt(attempt: {
    workflowId: string;
    runId: string;
    activityId: string;
  }): Promise<AttemptPlace>;
}
