import {
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  continueAsNew,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import type { NodeOutcome } from '../domain/each-outcome.ts';
import { eachOutcome, nodeOutcomeOf } from '../domain/each-outcome.ts';
import { isErrorCode } from '../domain/errors.ts';
import { jobIdOnNode, jobWorkflowId } from '../domain/ids.ts';
import type { JobError, JobOutcome, JobRequest } from '../domain/job.ts';
import type { Json } from '../domain/json.ts';
import { JOB_WORKFLOW } from '../domain/messages.ts';
import { requestOf, waitForNews } from './find-place.ts';
import type { job } from './job.ts';
import type { JobRun } from './job-run.ts';
import { enter } from './job-run.ts';
import { nodesFor } from './ledger-call.ts';

/**
 * Runs a job of placement `each`: a job of its own, pinned, on every node of the pool that would
 * take it now. It waits until there is one.
 */
export async function runOnEach(run: JobRun): Promise<JobOutcome> {
  const names = await nodesWhenAny(run);
  if (!('length' in names)) return names;
  const since = Date.now();
  const why = `runs on ${names.length} nodes: ${names.join(', ')}`.slice(0, 1_000);
  enter(run, { kind: 'waiting', since, until: undefined, why });
  const outcomes = await Promise.all(names.map((name) => runOn(run, name)));
  return eachOutcome(Object.fromEntries(names.map((name, at) => [name, outcomes[at]!])));
}

/** The nodes to run on, as soon as there is one; or the end of a job that has waited too long. */
async function nodesWhenAny(run: JobRun): Promise<readonly string[] | JobOutcome> {
  const since = run.progress.pendingSince ?? Date.now();
  run.progress = { ...run.progress, pendingSince: since, wasPlaced: true };
  for (;;) {
    const { news } = run;
    // A pool's queue would give it to one node only.
    const request = { ...requestOf(run, since), pin: undefined, needsNode: true };
    const found = await nodesFor(request);
    if (found.kind === 'nodes') return found.names;
    if (found.kind === 'fail') {
      const { code, message } = found;
      return { state: 'failed', error: { code, message } };
    }
    if (found.kind === 'wait' && run.news === news) await waitForNews(run, since, found);
    if (workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof job>(run.request, run.progress);
    }
  }
}

async function runOn({ spec, request }: JobRun, name: string): Promise<NodeOutcome> {
  const pinned: JobRequest = {
    ...request,
    placement: 'any',
    pin: { node: name, onOffline: 'fail', afterMs: 0 },
    // Another node has a job of its own.
    failover: { ...request.failover, maxAttempts: 0 },
  };
  const { session, ...child } = pinned;
  const { typedSearchAttributes } = workflowInfo();
  try {
    const result = await executeChild<(request: JobRequest) => Promise<Json>>(JOB_WORKFLOW, {
      workflowId: jobWorkflowId(jobIdOnNode(spec.id, name), spec.generation),
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowTaskTimeout: '5s',
      args: [child],
      typedSearchAttributes,
      staticSummary: `${spec.kind} on node ${name}`,
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    });
    return { state: 'succeeded', result };
  } catch (error) {
    if (isCancellation(error)) throw error;
    return nodeOutcomeOf(errorOf(error));
  }
}

function errorOf(error: unknown): JobError {
  const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) {
    const code = isErrorCode(cause.type) ? cause.type : 'job_failed';
    return { code, message: cause.message };
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  return { code: cause instanceof CancelledFailure ? 'job_cancelled' : 'internal', message };
}
