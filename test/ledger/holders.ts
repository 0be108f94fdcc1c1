import type pg from 'pg';
import type { AskGrant, CloseJob, OpenJob } from '../../src/domain/activities.ts';
import type { JobOutcome } from '../../src/domain/job.ts';
import { closeJob } from '../../src/ledger/close-job.ts';
import { grantOf } from '../../src/ledger/grants.ts';
import { setResource } from '../../src/ledger/resources.ts';
import { closing, unique } from './records.ts';

/** A resource of the fleet that no other test uses. */
export async function resource(pool: pg.Pool, capacity: number, name = unique('res')) {
  await setResource(pool, { name, pool: undefined, capacity });
  return name;
}

/** What the workflow of a job asks `askGrant` with. */
export function asking({ spec }: OpenJob): AskGrant {
  const { id: job, generation, pool, needs, priority } = spec;
  return { job, generation, pool, needs, priority };
}

/** What the workflow of a job that may hold something asks `closeJob` with. */
export function ending(open: OpenJob, outcome?: JobOutcome): CloseJob {
  return { ...closing(open, outcome), hasNeeds: true };
}

/** Closes a job; answers who is to be told. */
export async function end(pool: pg.Pool, open: OpenJob): Promise<string[]> {
  const { granted = [] } = await closeJob(pool, ending(open));
  return granted.map(({ job }) => job);
}

/** Whether a job holds what it needs. */
export async function stateOf(pool: pg.Pool, { spec }: OpenJob) {
  return (await grantOf(pool, spec.id, spec.generation))?.state;
}
