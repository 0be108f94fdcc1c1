import { formatLength } from '../length.ts';
import type { Finding } from './finding.ts';
import { ok, unknown, warning } from './finding.ts';

/** An open job that does not run. */
interface WaitingJob {
  readonly id: string;
  readonly why: string;
  readonly waitedMs: number;
}

/** The jobs that were looked at. */
export interface JobFacts {
  readonly waiting: readonly WaitingJob[];
  /** There are more open jobs than were looked at. */
  readonly hasMore: boolean;
}

/** Jobs wait for a free slot all day; after so long somebody should know. */
const LONG_MS = 5 * 60_000;
const REASONS_SHOWN = 5;

/** Which jobs wait long, and why: one finding a reason, the longest wait first. */
export function jobFindings({ waiting, hasMore }: JobFacts): Finding[] {
  const check = 'jobs.waiting';
  const long = waiting.filter(({ waitedMs }) => waitedMs >= LONG_MS);
  const more = hasMore
    ? [
        unknown(
          'jobs.more',
          'more jobs are open than were looked at',
          '`holdfast jobs list --pending --limit 1000`',
        ),
      ]
    : [];
  if (long.length === 0) {
    return [
      ok(check, `no job that was looked at waits for longer than ${LONG_MS / 60_000} min`),
      ...more,
    ];
  }
  const reasons = byReason(long).sort((a, b) => longest(b).waitedMs - longest(a).waitedMs);
  const shown = reasons.slice(0, REASONS_SHOWN).map((jobs) => waits(check, jobs));
  const hidden = reasons.length - shown.length;
  const rest = warning(
    check,
    `${hidden} more reasons keep jobs waiting`,
    '`holdfast jobs list --pending`',
  );
  return [...shown, ...(hidden === 0 ? [] : [rest]), ...more];
}

function byReason(jobs: readonly WaitingJob[]): WaitingJob[][] {
  const groups = new Map<string, WaitingJob[]>();
  for (const job of jobs) {
    const group = groups.get(job.why);
    if (group === undefined) groups.set(job.why, [job]);
    else group.push(job);
  }
  return [...groups.values()];
}

function waits(check: Finding['check'], jobs: readonly WaitingJob[]): Finding {
  const { id, why, waitedMs } = longest(jobs);
  const count = jobs.length === 1 ? 'a job waits' : `${jobs.length} jobs wait`;
  return warning(
    check,
    `${count} for as long as ${formatLength(waitedMs)}: ${why}`,
    `\`holdfast jobs explain ${id}\`; all of them: \`holdfast jobs list --pending\``,
  );
}

function longest(jobs: readonly WaitingJob[]): WaitingJob {
  return jobs.reduce((longest, each) => (each.waitedMs > longest.waitedMs ? each : longest));
}
