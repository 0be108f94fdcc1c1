import { HoldfastError, invalid } from '../../domain/errors.ts';
import { jobWorkflowId, parseJobWorkflowId } from '../../domain/ids.ts';
import type { JobRequest, JobSpec } from '../../domain/job.ts';
import { resolveJobSpec } from '../../domain/job-spec.ts';
import { JOB_WORKFLOW } from '../../domain/messages.ts';
import type { Recovery } from '../../domain/sweep.ts';
import { temporalError } from '../../domain/temporal-error.ts';
import { hasEnded } from '../../domain/workflow-status.ts';
import { startedWith } from '../started-with.ts';
import { closeSwept } from './close-swept.ts';
import type { DescribedJob } from './describe-job.ts';
import { describeJob } from './describe-job.ts';
import { realEnd } from './real-end.ts';
import type { SweepContext, SweepPart } from './sweep-part.ts';
import { batchOf, eachJob, recovered } from './sweep-part.ts';

/** How late a closed workflow may show up in Temporal's lists, and how far clocks may differ. */
const MARGIN_MS = 120_000;

/** Every way to be over but by continuing as new. */
const OVER = `('Completed', 'Failed', 'Canceled', 'Terminated', 'TimedOut')`;

/** The stretch of time whose closed workflows a pass looks at, and the page of their list. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly token?: string;
}

/**
 * Jobs that Temporal has closed and the ledger does not know at all: it was restored from a backup that
 * is older than they are. They are recorded with the end that they had.
 */
export const sweepUnrecorded: SweepPart = async (context, { cursor, limit, isDry = false }) => {
  const { ledger } = context;
  const stretch = cursor === undefined ? await nextStretch(context) : parseStretch(cursor);
  const { workflowIds, token } = await closedWorkflows(context, stretch, limit);
  const known = await ledger.openedWorkflows(workflowIds);
  const unknown = workflowIds
    .filter((workflowId) => !known.has(workflowId))
    .flatMap((workflowId) => parseJobWorkflowId(workflowId) ?? [])
    .map(({ jobId: id, generation }) => ({ id, generation }));
  const recoveries = await eachJob('orphan', unknown, (job) => record(context, job, isDry));
  if (token !== undefined) {
    return batchOf(workflowIds.length, recoveries, formatStretch({ ...stretch, token }));
  }
  // Only now: a pass that ended early is made again.
  if (!isDry) await ledger.sweep.advanceClosedThrough(stretch.to);
  return batchOf(workflowIds.length, recoveries);
};

async function nextStretch({ ledger }: SweepContext): Promise<Stretch> {
  return { from: (await ledger.sweep.closedThrough()) - MARGIN_MS, to: Date.now() };
}

async function closedWorkflows(
  { client, place }: SweepContext,
  { from, to, token }: Stretch,
  limit: number,
): Promise<{ workflowIds: string[]; token: string | undefined }> {
  const between = `CloseTime >= '${timeText(from)}' AND CloseTime < '${timeText(to)}'`;
  const query = `WorkflowType = '${JOB_WORKFLOW}' AND ExecutionStatus IN ${OVER} AND ${between}`;
  try {
    const { executions, nextPageToken } = await client.workflowService.listWorkflowExecutions({
      namespace: place.namespace,
      query,
      pageSize: limit,
      ...(token === undefined ? {} : { nextPageToken: Buffer.from(token, 'base64') }),
    });
    const next = Buffer.from(nextPageToken ?? []).toString('base64');
    return {
      workflowIds: (executions ?? []).flatMap(({ execution }) => execution?.workflowId ?? []),
      token: next === '' ? undefined : next,
    };
  } catch (error) {
    throw temporalError(error, place);
  }
}

async function record(
  context: SweepContext,
  { id, generation }: { readonly id: string; readonly generation: number },
  isDry: boolean,
): Promise<Recovery | undefined> {
  const run = await describeJob(context, { id, generation });
  // A running one was reset by an operator, and records itself.
  if (run === undefined || !hasEnded(run.status)) return undefined;
  const spec = await specOf(context, { id, generation }, run);
  if (spec === undefined) return undefined;
  const end = await realEnd(context, run);
  const what = `the ledger did not know it: recorded as ${end.outcome.state}`;
  if (isDry) return recovered('orphan', spec, what);
  const runId = run.raw.workflowExecutionInfo?.firstRunId ?? run.runId;
  const opening = await context.ledger.openJob({
    spec,
    workflowId: jobWorkflowId(id, generation),
    runId,
  });
  if (opening.kind !== 'opened') return undefined;
  const isOurs = await closeSwept(context, { ...spec, runId }, end);
  return isOurs ? recovered('orphan', spec, what) : undefined;
}

/** What the job was, or undefined when there is nothing to record. It asks for nothing any more. */
async function specOf(
  context: SweepContext,
  { id, generation }: { readonly id: string; readonly generation: number },
  run: DescribedJob,
): Promise<JobSpec | undefined> {
  const request = await startedWith(context, run);
  if (request === undefined || isDropped(context, request, run)) return undefined;
  const spec = validSpec(id, generation, request);
  if (spec === undefined) return undefined;
  const holder = spec.session && (await context.ledger.findSlot(spec.session));
  const session = holder === undefined ? spec.session : undefined;
  return { ...spec, session, needs: [], rate: undefined };
}

/** Whether the clean-up may have dropped its fence. */
function isDropped(
  { fencesMs }: SweepContext,
  { horizonMs }: JobRequest,
  { closeTime }: DescribedJob,
): boolean {
  if (horizonMs == null || closeTime === undefined) return false;
  return closeTime.getTime() + Math.max(horizonMs, fencesMs) < Date.now();
}

/** A workflow whose request was refused opened no job. */
function validSpec(id: string, generation: number, request: JobRequest): JobSpec | undefined {
  try {
    return resolveJobSpec(id, generation, request);
  } catch (error) {
    if (error instanceof HoldfastError) return undefined;
    throw error;
  }
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

function formatStretch({ from, to, token }: Stretch): string {
  return Buffer.from(JSON.stringify([from, to, token])).toString('base64url');
}

function parseStretch(text: string): Stretch {
  try {
    const [from, to, token] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    if (typeof from === 'number' && typeof to === 'number' && typeof token === 'string') {
      return { from, to, token };
    }
  } catch {
    // Falls through to the one message for every wrong text.
  }
  throw invalid('cursor', 'the cursor that the batch before gave', text);
}
