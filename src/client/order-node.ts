import { hostname, userInfo } from 'node:os';
import {
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { checkName } from '../domain/check.ts';
import { HoldfastError, invalid } from '../domain/errors.ts';
import { nodeWorkflowId } from '../domain/ids.ts';
import type { ModeOrder, NodeStatus } from '../domain/messages.ts';
import { CHANGE_MODE_UPDATE, FORGET_UPDATE } from '../domain/messages.ts';
import type { Connections } from './connections.ts';
import { nodeNotFound } from './node-not-found.ts';
import { updateError } from './update-error.ts';

/** Who changes a node, and why. */
export interface OrderOptions {
  /** Why, for those who read it later; at most 500 characters. */
  readonly reason: string;
  /** The person or program. @default `<user>@<host>` of this process */
  readonly by?: string;
}

const PATIENCE_MS = 15_000;
const REASON_LIMIT = 500;

/** Sets a node's mode by an update of its workflow. See `NodesClient`. */
export function changeMode(
  connections: Connections,
  name: string,
  order: ModeOrder,
): Promise<NodeStatus> {
  return updateNode(connections, name, CHANGE_MODE_UPDATE, order);
}

/** Takes a node off the record. See `NodesClient.forget`. */
export async function forgetNode(
  connections: Connections,
  name: string,
  options: OrderOptions,
): Promise<void> {
  await updateNode(connections, name, FORGET_UPDATE, signed(options));
}

/**
 * The options with all that an order needs.
 *
 * @throws HoldfastError `invalid_input` when no reason is given
 */
export function signed({ reason, by = thisPerson() }: OrderOptions): Required<OrderOptions> {
  const isGiven = typeof reason === 'string' && reason.trim() !== '';
  // PostgreSQL has no text with a NUL.
  if (!isGiven || reason.length > REASON_LIMIT || reason.includes('\0')) {
    throw invalid('reason', `a text of 1 to ${REASON_LIMIT} characters, none of them NUL`, reason);
  }
  return { reason, by: checkName(by, 'by') };
}

/** `<user>@<host>` of this process. */
export function thisPerson(): string {
  return `${userName()}@${hostname()}`;
}

/** An account without an entry in the system's list of users has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}

async function updateNode(
  { client, ledger, place }: Connections,
  name: string,
  update: string,
  order: object,
): Promise<NodeStatus> {
  const handle = client.workflow.getHandle(nodeWorkflowId(checkName(name, 'node')));
  try {
    return await client.withDeadline(Date.now() + PATIENCE_MS, () =>
      handle.executeUpdate<NodeStatus, [object]>(update, { args: [order] }),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw await nodeNotFound(ledger, name);
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) throw noAnswer(name, error);
    throw updateError(error, place);
  }
}

function noAnswer(name: string, cause: unknown): HoldfastError {
  return new HoldfastError(
    'temporal_unavailable',
    `no orchestrator answered for node ${name} within ${PATIENCE_MS / 1000} s`,
    { cause, hint: 'start one with `holdfast orchestrator`, then ask again' },
  );
}
