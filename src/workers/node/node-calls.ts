import { AsyncResource } from 'node:async_hooks';
import { ActivityCancelledError, ActivityNotFoundError, Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import type { CompleteAttempt } from '../../activities/node/complete-attempt.ts';
import type { SendBeat } from '../../activities/node/send-beat.ts';
import type { PayloadEncryption } from '../../codec/payload-encryption.ts';
import { nodeWorkflowId } from '../../domain/ids.ts';
import type { NodeNews } from '../../domain/messages.ts';
import { NODE_WORKFLOW, REGISTER_SIGNAL } from '../../domain/messages.ts';
import type { DRAINED_SIGNAL, STOPPING_SIGNAL } from '../../domain/messages.ts';
import { nodeIdentity } from '../../domain/node-identity.ts';
import type { NodeRegistration } from '../../domain/node.ts';
import { ORCHESTRATOR_QUEUE } from '../../domain/queues.ts';
import { SEARCH_ATTRIBUTES } from '../../domain/search-attributes.ts';
import type { DeliverLate } from './deliver-late.ts';
import { deliverLate } from './deliver-late.ts';

/** What a node asks of Temporal beside polling. Every call rejects when there is no answer in time. */
export interface NodeCalls {
  /** Starts the node's workflow, unless it runs, and registers there. */
  register(registration: NodeRegistration): Promise<void>;
  /** Tells the node's workflow. */
  tell(signal: typeof DRAINED_SIGNAL | typeof STOPPING_SIGNAL, news: NodeNews): Promise<void>;
  readonly sendBeat: SendBeat;
  readonly complete: CompleteAttempt;
  readonly deliverLate: DeliverLate;
}

/** The connection of a node, and how it encrypts what it sends there. */
export interface NodeConnection {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly encryption: Pick<PayloadEncryption, 'dataConverter'>;
}

const CALL_MS = 5_000;

/** The calls of one incarnation of a node. */
export function createNodeCalls(
  name: string,
  incarnation: string,
  { connection, namespace, encryption }: NodeConnection,
): NodeCalls {
  const identity = nodeIdentity(name, incarnation);
  const { dataConverter } = encryption;
  const client = new Client({ connection, namespace, identity, dataConverter });
  const workflow = client.workflow.getHandle(nodeWorkflowId(name));
  // The SDK ties calls made in an activity to its cancellation: these are the node's own.
  const scope = new AsyncResource('holdfast.node');
  const within = <Answer>(ms: number, call: () => Promise<Answer>): Promise<Answer> =>
    scope.runInAsyncScope(() => inTime(ms, client.withDeadline(Date.now() + ms, call)));
  return {
    register: (registration) => within(CALL_MS, () => register(client, name, registration)),
    tell: (signal, news) => within(CALL_MS, () => workflow.signal(signal, news)),
    sendBeat: (taskToken, details, withinMs) =>
      within(withinMs, async () => {
        try {
          await client.activity.heartbeat(taskToken, details);
          return 'acknowledged';
        } catch (error) {
          if (error instanceof ActivityNotFoundError) return 'gone';
          if (error instanceof ActivityCancelledError) return 'cancelled';
          throw error;
        }
      }),
    complete: (taskToken, report, withinMs) =>
      within(withinMs, async () => {
        try {
          await client.activity.complete(taskToken, report);
          return 'acknowledged';
        } catch (error) {
          if (error instanceof ActivityNotFoundError) return 'gone';
          throw error;
        }
      }),
    deliverLate: (kept) => within(CALL_MS, () => deliverLate(client, kept)),
  };
}

async function register(
  client: Client,
  name: string,
  registration: NodeRegistration,
): Promise<void> {
  await client.workflow.signalWithStart(NODE_WORKFLOW, {
    taskQueue: ORCHESTRATOR_QUEUE,
    workflowId: nodeWorkflowId(name),
    signal: REGISTER_SIGNAL,
    signalArgs: [registration],
    // How long the workflow waits for a dead orchestrator; the server's default is 10 s.
    workflowTaskTimeout: '5s',
    staticSummary: `node ${name} of pool ${registration.pool}`,
    typedSearchAttributes: [
      keyword(SEARCH_ATTRIBUTES.pool, registration.pool),
      keyword(SEARCH_ATTRIBUTES.node, name),
    ],
  });
}

function keyword(name: string, value: string) {
  return { key: { name, type: 'KEYWORD' as const }, value };
}

/** The SDK tries again behind a deadline of one try, so this is the deadline of all. */
async function inTime<Answer>(ms: number, call: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  return Promise.race([call, tooLong]).finally(() => clearTimeout(timer));
}
