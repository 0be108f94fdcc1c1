import type { JobExplanation } from '../../client/explain-job.ts';
import type { LiveJob } from '../../client/live-job.ts';
import type { StoryLine } from '../../client/story/story-line.ts';
import type { JobWait, WaitsFor } from '../../client/waits-for.ts';
import { formatFields, formatTable, shorten } from './table.ts';
import { formatTimeAndAge, formatTimeToMs } from './time.ts';

const TEXT_LIMIT = 300;

const WAITS_FOR: Readonly<Record<WaitsFor, string>> = {
  node: 'node',
  slot: 'a free slot',
  pool: 'a node of its pool',
  backoff: 'the time of its next try',
  turn: 'its turn in the session',
  rate: 'the time that its rate allows',
  resource: 'what it needs',
  ledger: 'the ledger',
  orchestrator: 'an orchestrator',
  outbox: 'a relay of the outbox',
};

/** What a job waits for, and its story, for people. */
export function formatExplanation(explanation: JobExplanation, now: Date): string[] {
  const { job, wait, story, source, isWhole } = explanation;
  const state = job.live === undefined ? job.state : `${job.state}, ${job.live.phase}`;
  const running = job.live?.phase === 'running' ? job.live : undefined;
  return [
    ...formatFields({
      job: job.id,
      kind: job.kind,
      pool: job.pool,
      state,
      ...(wait === undefined ? {} : waitFields(wait, now)),
      runs: running && runText(running),
      error: job.error && `${job.error.code}: ${shorten(job.error.message, TEXT_LIMIT)}`,
    }),
    '',
    ...(isWhole ? [] : ['(what came before is no longer known)']),
    ...(source === 'ledger' && wait?.waitsFor !== 'outbox'
      ? ['(from the ledger: Temporal has forgotten its history)']
      : []),
    ...formatTable(['AT', 'EPOCH', 'WHAT'], story.map(storyRow)),
  ];
}

function runText({ epoch, node, why }: LiveJob): string {
  return epoch === undefined ? why : `epoch ${epoch} on node ${node ?? 'unknown'}`;
}

function waitFields({ waitsFor, why, since, until, node }: JobWait, now: Date) {
  const what = WAITS_FOR[waitsFor];
  return {
    'waits for': waitsFor === 'node' ? `node ${node ?? 'unknown'}` : what,
    why,
    since: formatTimeAndAge(since, now),
    until: until === undefined ? undefined : formatTimeAndAge(until, now),
  };
}

function storyRow({ at, epoch, text }: StoryLine): string[] {
  return [formatTimeToMs(at), epoch === undefined ? '-' : String(epoch), shorten(text, TEXT_LIMIT)];
}
