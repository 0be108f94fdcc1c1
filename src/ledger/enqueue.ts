/** A job as it goes into the outbox, checked in full. */
export interface EnqueuedJob {
  readonly id: string;
  readonly kind: string;
  /** JSON. */
  readonly input: string;
  /** JSON: the other fields of the request, and its dedupe. */
  readonly options: string;
}

/** What runs a statement, such as a `Client` or `PoolClient` of `pg` in a transaction. */
export interface Transaction {
  query(text: string, values: unknown[]): Promise<unknown>;
}

/** The lists are taken apart in the order of their parameters, each of which stands there once. */
const ENQUEUE = `insert into holdfast.outbox (job_id, kind, input, options, is_complete)
select id, kind, input::json, options::json, true
from unnest($1::text[], $2::text[], $3::text[], $4::text[])
  with ordinality as job(id, kind, input, options, place)
order by place`;

/** Inserts jobs into the outbox in the caller's transaction, by one statement, in their order. */
export async function insertIntoOutbox(
  tx: Transaction,
  jobs: readonly EnqueuedJob[],
): Promise<void> {
  await tx.query(ENQUEUE, [
    jobs.map(({ id }) => id),
    jobs.map(({ kind }) => kind),
    jobs.map(({ input }) => input),
    jobs.map(({ options }) => options),
  ]);
}
