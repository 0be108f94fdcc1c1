import { Client, Connection, isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { HoldfastError } from '../domain/errors.ts';
import { waitUntil } from './wait-until.ts';

const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const RETENTION_SECONDS = 7 * 24 * 60 * 60;
const LIMIT_MS = 30_000;

/**
 * Registers the namespace (closed workflows are kept 7 days) unless it is there, and waits until
 * workflows can be started in it. Without TLS or credentials: for servers that Holdfast starts. Search
 * attributes are the orchestrator's business.
 *
 * @param signal ends the wait early, with the same error
 * @throws HoldfastError `temporal_unavailable` when that takes longer than 30 s
 */
export async function ensureNamespace(
  address: string,
  namespace: string,
  signal?: AbortSignal,
): Promise<void> {
  const limit = { limitMs: LIMIT_MS, signal };
  let last: unknown;
  const remember = (error: unknown): undefined => void (last = error);
  const connection = await waitUntil(
    () => Connection.connect({ address, connectTimeout: '2s' }).catch(remember),
    limit,
  );
  try {
    const usable =
      connection &&
      (await waitUntil(() => tryNamespace(connection, namespace).catch(remember), limit));
    if (usable === true) return;
  } finally {
    await connection?.close();
  }
  throw new HoldfastError(
    'temporal_unavailable',
    `namespace ${namespace} of the Temporal server at ${address} is not usable after ${LIMIT_MS / 1000} s: ${String(last)}`,
    { cause: last, hint: 'look into the log of the server' },
  );
}

async function tryNamespace(connection: Connection, namespace: string): Promise<true | undefined> {
  if (!(await isRegistered(connection, namespace))) await register(connection, namespace);
  return (await answersForWorkflows(connection, namespace)) ? true : undefined;
}

async function isRegistered(connection: Connection, namespace: string): Promise<boolean> {
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return true;
  } catch (error) {
    if (isGrpcServiceError(error) && Number(error.code) === NOT_FOUND) return false;
    throw error;
  }
}

async function register(connection: Connection, namespace: string): Promise<void> {
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      // The type asks for a Long of the package 'long'; the encoder takes a number.
      workflowExecutionRetentionPeriod: { seconds: RETENTION_SECONDS as never },
    });
  } catch (error) {
    if (isGrpcServiceError(error) && Number(error.code) === ALREADY_EXISTS) return;
    throw error;
  }
}

/** A registered namespace reaches the parts of the server one by one; history is the last. */
async function answersForWorkflows(connection: Connection, namespace: string): Promise<boolean> {
  const { workflow } = new Client({ connection, namespace });
  try {
    await workflow.getHandle('holdfast-is-there-such-a-workflow').describe();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return true;
    throw error;
  }
}
