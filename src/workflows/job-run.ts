import {
  ApplicationFailure,
  CancellationScope,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import type { OpenJob } from '../domain/activities.ts';
import { invalid } from '../domain/errors.ts';
import { parseJobWorkflowId } from '../domain/ids.ts';
import type { JobProgress } from '../domain/job-progress.ts';
import { resumeProgress } from '../domain/job-progress.ts';
import type { JobRequest, JobSpec } from '../domain/job.ts';
import { resolveJobSpec } from '../domain/job-spec.ts';
import type { LateResult, TakenResult } from '../domain/late-result.ts';
import type { AttemptGone, JobPhase, JobStatus, Move } from '../domain/messages.ts';
import {
  ATTEMPT_GONE_SIGNAL,
  DEADLINE_SIGNAL,
  LATE_RESULT_SIGNAL,
  MOVE_UPDATE,
  PLACE_AGAIN_SIGNAL,
  STATUS_QUERY,
} from '../domain/messages.ts';
import { orFail } from './failure.ts';
import { showDetails, showPool } from './job-display.ts';
import { takeLateResult } from './late-results.ts';

const statusQuery = defineQuery<JobStatus>(STATUS_QUERY);
const attemptGoneSignal = defineSignal<[AttemptGone]>(ATTEMPT_GONE_SIGNAL);
const deadlineSignal = defineSignal(DEADLINE_SIGNAL);
const lateResultSignal = defineSignal<[LateResult]>(LATE_RESULT_SIGNAL);
const placeAgainSignal = defineSignal(PLACE_AGAIN_SIGNAL);
const moveUpdate = defineUpdate<JobStatus, [Move]>(MOVE_UPDATE);

/** Why the attempt under way is not waited for any longer. */
export type Interruption = AttemptGone | { readonly why: 'moved' | 'late_result' };

/** A job while its workflow runs: what it is, where it is, and what it has spent. */
export interface JobRun {
  spec: JobSpec;
  request: JobRequest;
  phase: JobPhase;
  progress: JobProgress;
  /** Ends the wait for the attempt under way, or the search for its place. */
  interrupt: (interruption: Interruption) => void;
  /** Grows with everything that may end a wait for a node. */
  news: number;
  /** Waits for a node in a row. */
  waits: number;
  /** A slot is reserved for the job. */
  holdsPlace: boolean;
  /** Its search attributes say that it waits. */
  wasShown: boolean;
  /** The late result that ends the job. */
  settled: TakenResult | undefined;
  /** Ends a wait that a late result makes needless. */
  onSettled: () => void;
  /** The one that the job's outcome carries. */
  accepted: TakenResult | undefined;
  /** Results that the job does not end with and that are not on record yet. */
  unjudged: TakenResult[];
  /** Goes on as long as the workflow; rejects when a result cannot be put on record. */
  judging: Promise<void>;
  /** All that comes between open and close. */
  readonly scope: CancellationScope;
  /** Its deadline is over: its scope was cancelled for that. */
  isPastDeadline: boolean;
  /** The job's end is on its way to the ledger. */
  isClosing: boolean;
  /** Late results that this run of the workflow was sent. */
  arrivals: number;
}

/**
 * The run of this workflow's job, with its messages answered.
 *
 * @throws ApplicationFailure `invalid_input` when the request is not one
 */
export function startRun(request: JobRequest, carried: JobProgress | undefined): JobRun {
  const run: JobRun = {
    spec: specOf(request),
    request,
    progress: carried === undefined ? firstProgress() : resumeProgress(carried),
    phase: { kind: 'opening', since: Date.now() },
    interrupt: () => undefined,
    news: 0,
    waits: 0,
    // Who knows what the run before this one held.
    holdsPlace: carried?.wasPlaced === true,
    wasShown: carried?.wasPlaced === true,
    settled: undefined,
    onSettled: () => undefined,
    accepted: undefined,
    unjudged: [],
    judging: Promise.resolve(),
    scope: new CancellationScope(),
    isPastDeadline: false,
    isClosing: false,
    arrivals: 0,
  };
  setHandler(statusQuery, () => statusOf(run));
  setHandler(attemptGoneSignal, (gone) => {
    if (gone.epoch === run.progress.epoch) run.interrupt(gone);
  });
  setHandler(lateResultSignal, (late) => {
    const arrival = `${workflowInfo().runId}/${run.arrivals++}`;
    takeLateResult(run, { ...late, arrival });
  });
  setHandler(deadlineSignal, () => {
    run.isPastDeadline = true;
    run.scope.cancel();
  });
  setHandler(placeAgainSignal, () => void run.news++);
  setHandler(moveUpdate, (move) => moveJob(run, move), {
    validator: (move: Move) => checkMove(run, move),
  });
  return run;
}

function firstProgress(): JobProgress {
  return { ...resumeProgress(undefined), resultToken: uuid4() };
}

/** What the ledger is told to open. */
export function openingOf({ spec, progress }: JobRun): OpenJob {
  const { workflowId, firstExecutionRunId: runId } = workflowInfo();
  return { spec, workflowId, runId, resultToken: progress.resultToken };
}

/** Enters a phase and shows it. */
export function enter(run: JobRun, phase: JobPhase): void {
  run.phase = phase;
  showDetails(run.spec, phase, run.progress);
}

function statusOf({ spec, phase, progress }: JobRun): JobStatus {
  const { epoch, counts, attempts } = progress;
  return { phase, epoch, counts, attempts, pool: spec.pool };
}

function checkMove({ spec, request }: JobRun, move: Move): void {
  if (spec.placement === 'each') {
    throw refusal('a job that runs on each node of its pool cannot be moved');
  }
  specOf(moved(request, move));
}

function refusal(message: string): ApplicationFailure {
  return ApplicationFailure.create({ type: 'invalid_input', message, nonRetryable: true });
}

function moveJob(run: JobRun, move: Move): JobStatus {
  run.request = moved(run.request, move);
  run.spec = specOf(run.request);
  run.progress = { ...run.progress, avoid: [] };
  run.news++;
  showPool(run.spec.pool);
  run.interrupt({ why: 'moved' });
  return statusOf(run);
}

function moved(request: JobRequest, move: Move): JobRequest {
  if ('node' in move) return { ...request, pin: { node: move.node } };
  const { pin, ...rest } = request;
  return { ...rest, pool: move.pool };
}

function specOf(request: JobRequest): JobSpec {
  return orFail(() => {
    const { workflowId } = workflowInfo();
    const ids = parseJobWorkflowId(workflowId);
    if (ids === undefined) throw invalid('workflow id', 'job/<id>', workflowId);
    return resolveJobSpec(ids.jobId, ids.generation, request);
  });
}
