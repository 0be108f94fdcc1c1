import type { Client } from '@temporalio/client';
import { isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { lateWorkflowId } from '../../domain/ids.ts';
import { LATE_RESULT_SIGNAL, LATE_WORKFLOW } from '../../domain/messages.ts';
import { ORCHESTRATOR_QUEUE } from '../../domain/queues.ts';
import type { KeptResult } from './late-file.ts';

/** What became of a late result: who has it now, or why nobody will ever take it. */
export type LateAnswer =
  | { readonly kind: 'delivered'; readonly via: 'job' | 'late' }
  | { readonly kind: 'refused'; readonly why: string };

/** Delivers a late result; rejects when another try may succeed. */
export type DeliverLate = (kept: KeptResult) => Promise<LateAnswer>;

/** gRPC's codes for a request that is wrong whenever it is sent, and for too much of something. */
const INVALID_ARGUMENT = 3;
const RESOURCE_EXHAUSTED = 8;

/** Tells the workflow of the attempt, or one of its own when that is closed. */
export async function deliverLate(client: Client, kept: KeptResult): Promise<LateAnswer> {
  try {
    return { kind: 'delivered', via: await send(client, kept) };
  } catch (error) {
    const why = whyRefused(error);
    if (why === undefined) throw error;
    return { kind: 'refused', why };
  }
}

async function send(client: Client, { workflowId, late }: KeptResult): Promise<'job' | 'late'> {
  try {
    await client.workflow.getHandle(workflowId).signal(LATE_RESULT_SIGNAL, late);
    return 'job';
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
  await client.workflow.signalWithStart(LATE_WORKFLOW, {
    taskQueue: ORCHESTRATOR_QUEUE,
    workflowId: lateWorkflowId(workflowId, late.epoch),
    signal: LATE_RESULT_SIGNAL,
    signalArgs: [late],
    // One may have judged an earlier copy of it, and have closed.
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
    // How long the workflow waits for a dead orchestrator; the server's default is 10 s.
    workflowTaskTimeout: '5s',
    staticSummary: `late result of ${late.job} #${late.epoch} from ${late.node}`,
  });
  return 'late';
}

function whyRefused(error: unknown): string | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (isGrpcServiceError(each) && isForGood(Number(each.code), each.message)) return each.message;
  }
  return undefined;
}

/** Too much is too many requests, which passes, or too large a message, which does not. */
function isForGood(code: number, message: string): boolean {
  if (code === RESOURCE_EXHAUSTED) return message.includes('larger than max');
  return code === INVALID_ARGUMENT;
}
