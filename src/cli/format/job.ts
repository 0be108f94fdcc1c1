import type { JobView } from '../../client/job-view.ts';
import type { LiveJob } from '../../client/live-job.ts';
import type { JobError } from '../../domain/job.ts';
import type { Json } from '../../domain/json.ts';
import { formatFields, formatTable, shorten } from './table.ts';
import { formatSpan, formatTime, formatTimeAndAge } from './time.ts';

const VALUE_LIMIT = 1_000;
const REASON_LIMIT = 80;
const HASH_LENGTH = 12;

/** A job with all that is known of it, for people. */
export function formatJob(job: JobView, now: Date): string[] {
  const { session, closedAt } = job;
  return [
    ...formatFields({
      job: job.id,
      generation: job.generation === 1 ? undefined : String(job.generation),
      kind: job.kind,
      pool: job.pool,
      session: session && `${session.id}, index ${session.index}`,
      state: job.state,
      opened: formatTimeAndAge(job.openedAt, now),
      closed: closedAt && `${formatTimeAndAge(closedAt, now)}, open for ${openFor(job, closedAt)}`,
      ...(job.state === 'open' ? liveFields(job.live, now) : {}),
      failovers: job.failoverCount === 0 ? undefined : String(job.failoverCount),
      ...valueFields(job, now),
    }),
    ...formatAttempts(job, now),
    ...formatResults(job),
  ];
}

function valueFields(job: JobView, now: Date): Record<string, string | undefined> {
  const prunedAt = prunedAtOf(job);
  if (prunedAt !== undefined) return { 'cleaned up': formatTimeAndAge(prunedAt, now) };
  return {
    input: job.input === undefined ? 'cleaned up' : formatValue(job.input),
    result: job.result === undefined ? undefined : formatValue(job.result),
    error: job.error && formatError(job.error),
  };
}

/** When its input, attempts and result were cleaned up. */
function prunedAtOf({ prunedAt }: JobView & { readonly prunedAt?: Date | undefined }) {
  return prunedAt;
}

function openFor({ openedAt }: JobView, closedAt: Date): string {
  return formatSpan(openedAt, closedAt);
}

function liveFields(live: LiveJob | undefined, now: Date): Record<string, string | undefined> {
  if (live === undefined) return { phase: 'unknown', why: 'Temporal does not know it' };
  return {
    phase: live.phase,
    why: live.why,
    since: live.since && formatTimeAndAge(live.since, now),
    until: live.until && formatTimeAndAge(live.until, now),
    node: live.node,
    progress: live.progress === undefined ? undefined : formatValue(live.progress),
  };
}

/** The attempts that have ended, and the one on its way. */
function formatAttempts({ attempts, live }: JobView, now: Date): string[] {
  const ended = attempts.map(({ epoch, node, outcome, reason, startedAt, endedAt }) => {
    const start = startedAt === undefined ? undefined : new Date(startedAt);
    const end = new Date(endedAt);
    const times = [formatTime(start), formatTime(end), formatSpan(start, end)];
    return [String(epoch), node ?? '-', outcome, ...times, shorten(reason ?? '', REASON_LIMIT)];
  });
  const current =
    live?.epoch === undefined
      ? []
      : [
          [
            String(live.epoch),
            live.node ?? '-',
            live.phase,
            formatTime(live.since),
            '-',
            formatSpan(live.since, now),
            '',
          ],
        ];
  if (ended.length + current.length === 0) return [];
  const headings = ['EPOCH', 'NODE', 'OUTCOME', 'STARTED', 'ENDED', 'TOOK', 'REASON'];
  return ['', ...formatTable(headings, [...ended, ...current])];
}

/** What arrived beside the one result that the job ended with. */
function formatResults({ results }: JobView): string[] {
  if (results.every(({ verdict }) => verdict === 'accepted')) return [];
  const rows = results.map(({ epoch, node, receivedAt, verdict, hash }) => [
    String(epoch),
    node ?? '-',
    formatTime(receivedAt),
    verdict,
    hash.slice(0, HASH_LENGTH),
  ]);
  return ['', ...formatTable(['EPOCH', 'NODE', 'RECEIVED', 'VERDICT', 'HASH'], rows)];
}

function formatError({ code, name, message }: JobError): string {
  return shorten(`${code}: ${name === undefined ? '' : `${name}: `}${message}`, VALUE_LIMIT);
}

function formatValue(value: Json): string {
  return shorten(JSON.stringify(value), VALUE_LIMIT);
}
