import type { CloseJob, LeftNode, Placed } from '../../domain/activities.ts';
import type { ArrivedResult } from '../../domain/late-result.ts';
import type { PlaceRequest } from '../../domain/placement.ts';
import type { PoolPause } from '../../domain/storm.ts';
import type { Judgement } from '../../domain/verdict.ts';

/** What control activities tell their process; none of these may throw. */
export interface ControlEvents {
  /** A job's end went on record by this call. */
  jobClosed(job: CloseJob): void;
  /** A result that its job did not end with was put on record, or refused. */
  resultJudged(arrival: ArrivedResult, judgement: Judgement): void;
  /** A session passed over indexes: by its deadline, or when a job of it was opened or closed. */
  indexesSkipped(by: { readonly session: string } | { readonly job: string }, count: number): void;
  /** A call to the ledger ended: `ok`, or the code of its error. */
  ledgerCalled(call: string, outcome: string, tookMs: number): void;
  /** A job has waited for a node for longer than its alarm allows. */
  jobPending(request: PlaceRequest, waitedMs: number, placed: Placed): void;
  /** A pool lost so many nodes at once that its failover pauses. */
  poolPaused(pause: PoolPause): void;
  /** A tick decided times of a schedule: how many, by `planned` or why they were skipped. */
  timesDecided(schedule: string, counts: Readonly<Record<string, number>>): void;
  /** The job of a plan was started, so long after it was due. */
  planStarted(plan: { readonly schedule: string }, lateMs: number): void;
  /** The job of a plan could not be started. */
  planNotStarted(plan: { readonly schedule: string; readonly jobId: string }, error: unknown): void;
  /** The jobs of a node that left were told. */
  nodeLeft(left: LeftNode, told: number): void;
}
