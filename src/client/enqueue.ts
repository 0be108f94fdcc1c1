import { randomUUID } from 'node:crypto';
import { checkName } from '../domain/check.ts';
import { HoldfastError, invalid } from '../domain/errors.ts';
import type { InputOf, JobDefinition } from '../handlers/define-job.ts';
import type { EnqueuedJob, Transaction } from '../ledger/enqueue.ts';
import { insertIntoOutbox } from '../ledger/enqueue.ts';
import type { SubmitOptions } from './job-request.ts';
import { givenOptions, jobRequest } from './job-request.ts';

/** One job of an {@link enqueueMany}: its input, and its options beside it. */
export interface EnqueueItem<Input = unknown> extends SubmitOptions {
  readonly input: Input;
}

type WithPool = { readonly pool: string };

/**
 * Submits a job inside the caller's transaction: committed, it runs, whatever crashes; rolled back,
 * it was never submitted. All is checked now as by a submit, but for what the ledger alone knows, such
 * as the place in a session: a job that cannot be started for such a reason stays in the outbox as a
 * dead one (see `OutboxClient`).
 *
 * @example
 * await tx.query('begin');
 * await tx.query('insert into calls …');
 * await enqueue(tx, transcribe, { audioUrl }, { id: 'utt-43' });
 * await tx.query('commit');
 * @param tx a `Client` or `PoolClient` of `pg`, or anything else with such a `query`
 * @returns the job's id
 * @throws HoldfastError `invalid_input` or `payload_too_large`; or what `query` throws
 */
export async function enqueue<Definition extends JobDefinition>(
  tx: Transaction,
  definition: Definition,
  input: InputOf<Definition>,
  options?: SubmitOptions,
): Promise<string>;
/** Submits a job by the name of its kind; its input is checked on the node only. */
export async function enqueue(
  tx: Transaction,
  kind: string,
  input: unknown,
  options: SubmitOptions & WithPool,
): Promise<string>;
export async function enqueue(
  tx: Transaction,
  kind: JobDefinition | string,
  input: unknown,
  options: SubmitOptions = {},
): Promise<string> {
  checkTransaction(tx);
  const job = await enqueuedJob(kind, input, options);
  await insertIntoOutbox(tx, [job]);
  return job.id;
}

/**
 * Submits jobs of one kind inside the caller's transaction, by one statement. One that is wrong leaves
 * out all: nothing is sent before every one was checked. See {@link enqueue}.
 *
 * @returns the jobs' ids, in the order of the items
 * @throws HoldfastError `invalid_input` or `payload_too_large` that names the item; or what `query`
 *   throws
 */
export async function enqueueMany<Definition extends JobDefinition>(
  tx: Transaction,
  definition: Definition,
  items: readonly EnqueueItem<InputOf<Definition>>[],
): Promise<string[]>;
/** Submits jobs by the name of their kind; their inputs are checked on the node only. */
export async function enqueueMany(
  tx: Transaction,
  kind: string,
  items: readonly (EnqueueItem & WithPool)[],
): Promise<string[]>;
export async function enqueueMany(
  tx: Transaction,
  kind: JobDefinition | string,
  items: readonly EnqueueItem[],
): Promise<string[]> {
  checkTransaction(tx);
  if (!Array.isArray(items)) throw invalid('items', 'an array', items);
  const jobs: EnqueuedJob[] = [];
  for (const [place, { input, ...options }] of (items as readonly EnqueueItem[]).entries()) {
    jobs.push(await enqueuedJob(kind, input, options, `items[${place}].`));
  }
  if (jobs.length > 0) await insertIntoOutbox(tx, jobs);
  return jobs.map(({ id }) => id);
}

function checkTransaction(tx: unknown): void {
  if (typeof (tx as Transaction | undefined)?.query === 'function') return;
  const hint =
    'give the client on which the transaction runs; see docs/outbox.md for query builders';
  throw invalid('tx', 'a client with a function `query(text, values)`', tx, hint);
}

async function enqueuedJob(
  kind: JobDefinition | string,
  input: unknown,
  options: SubmitOptions,
  at = '',
): Promise<EnqueuedJob> {
  const id = checkName(options.id ?? randomUUID(), `${at}id`);
  const request = await jobRequest(id, kind, input, options).catch((error: unknown) => {
    throw at === '' ? error : placed(error, at);
  });
  const { kind: name, input: checked, ...others } = request;
  const { dedupe } = options;
  return {
    id,
    kind: name,
    input: JSON.stringify(checked),
    options: JSON.stringify({
      ...others,
      ...(dedupe === undefined ? {} : { dedupe }),
      // The relay's configuration of the kind is for the others.
      given: givenOptions(options),
    }),
  };
}

/** The error with the item's place before its message. */
function placed(error: unknown, at: string): unknown {
  if (!(error instanceof HoldfastError)) return error;
  const { code, message, hint, details, cause } = error;
  return new HoldfastError(code, `${at}${message}`, {
    ...(hint === undefined ? {} : { hint }),
    details,
    cause,
  });
}
