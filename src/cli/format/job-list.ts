import type { Job } from '../../domain/job.ts';
import { formatTable, shorten } from './table.ts';
import { formatSpan, formatTime } from './time.ts';

/** Jobs as a table; an open job's time runs until `now`. */
export function formatJobList(jobs: readonly Job[], now: Date): string[] {
  return formatTable(
    ['ID', 'KIND', 'POOL', 'STATE', 'ATTEMPTS', 'OPENED', 'TOOK', 'SESSION', 'ERROR'],
    jobs.map((job) => [
      job.id,
      job.kind,
      job.pool,
      job.state,
      // The ledger learns the attempts of a job when it closes.
      job.state === 'open' ? '-' : String(job.attemptCount),
      formatTime(job.openedAt),
      formatSpan(job.openedAt, job.closedAt ?? now),
      job.session === undefined ? '-' : `${job.session.id}#${job.session.index}`,
      job.error === undefined ? '' : shorten(`${job.error.code}: ${job.error.message}`, 60),
    ]),
  );
}
