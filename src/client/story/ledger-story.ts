import type { AttemptRecord } from '../../domain/attempt.ts';
import type { Job } from '../../domain/job.ts';
import type { StoryLine } from './story-line.ts';

/** What the ledger alone tells of a job, when Temporal has forgotten its workflow. */
export function ledgerStory(job: Job, attempts: readonly AttemptRecord[]): StoryLine[] {
  const none = { epoch: undefined, node: undefined, queue: undefined, until: undefined };
  const opened = { ...none, at: job.openedAt, kind: 'opened', text: 'is recorded in the ledger' };
  const { closedAt, state, error } = job;
  const how = error === undefined ? state : `${state}: ${error.code}: ${error.message}`;
  const closed = { ...none, at: closedAt ?? job.openedAt, kind: 'closed', text: how };
  return [
    opened as StoryLine,
    ...attempts.flatMap(attemptLines),
    ...(closedAt === undefined ? [] : [closed as StoryLine]),
  ];
}

function attemptLines({
  epoch,
  node,
  outcome,
  reason,
  startedAt,
  endedAt,
}: AttemptRecord): StoryLine[] {
  const about = { epoch, node, queue: undefined, until: undefined };
  const where = `node ${node ?? 'unknown'}`;
  const why = reason === undefined ? '' : `: ${reason}`;
  const ended = `${outcome.replace('_', ' ')} on ${where}${why}`;
  const end: StoryLine = { ...about, at: new Date(endedAt), kind: outcome, text: ended };
  if (startedAt === undefined) return [end];
  const start = { ...about, at: new Date(startedAt), kind: 'started', text: `starts on ${where}` };
  return [start as StoryLine, end];
}
