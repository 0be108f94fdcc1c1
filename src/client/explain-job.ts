import { temporalError } from '../domain/temporal-error.ts';
import type { Connections } from './connections.ts';
import type { JobView } from './job-view.ts';
import { viewJob } from './job-view.ts';
import { fetchHistory } from './story/fetch-history.ts';
import { ledgerStory } from './story/ledger-story.ts';
import type { StoryLine } from './story/story-line.ts';
import { storyOf } from './story/story.ts';
import type { JobWait } from './waits-for.ts';

/** A job with what it waits for and all that happened to it. */
export interface JobExplanation {
  readonly job: JobView;
  /** There while the job is open and does not run. */
  readonly wait: JobWait | undefined;
  /** What happened, in the order of time. A running attempt's start is told when it has ended. */
  readonly story: readonly StoryLine[];
  /** `temporal`: its history. `ledger`: Temporal has forgotten it, or not yet heard of it; attempts are all there is. */
  readonly source: 'temporal' | 'ledger';
  /** False when the beginning is no longer known. */
  readonly isWhole: boolean;
}

/** See `JobsClient.explain`. */
export async function explainJob(
  connections: Connections,
  id: string,
  generation: number,
): Promise<JobExplanation> {
  const [job, history] = await Promise.all([
    viewJob(connections, id, generation),
    fetchHistory(connections, id, generation).catch((error: unknown) => {
      throw temporalError(error, connections.place);
    }),
  ]);
  const wait = waitOf(job);
  if (history === undefined) {
    return { job, wait, story: ledgerStory(job, job.attempts), source: 'ledger', isWhole: true };
  }
  const { events, isWhole } = history;
  return { job, wait, story: storyOf(events), source: 'temporal', isWhole };
}

function waitOf({ live, openedAt }: JobView): JobWait | undefined {
  if (live?.waitsFor === undefined) return undefined;
  const { waitsFor, why, since = openedAt, until, node } = live;
  return { waitsFor, why, since, until, node };
}
