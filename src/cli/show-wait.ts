import { setTimeout as delay } from 'node:timers/promises';
import type { JobHandle } from '../client/job-handle.ts';
import { oneLine } from './report-error.ts';
import type { Terminal } from './terminal.ts';

const LOOK_EACH_MS = 1_000;

/** While a result is waited for: tells somebody who looks on what the job waits for, when that changes. */
export async function showWait<Result>(
  job: Pick<JobHandle<unknown>, 'get'>,
  terminal: Pick<Terminal, 'note' | 'stderrIsTty'>,
  result: () => Promise<Result>,
): Promise<Result> {
  if (!terminal.stderrIsTty) return result();
  const over = new AbortController();
  const showing = showUntil(job, terminal, over.signal);
  try {
    return await result();
  } finally {
    over.abort();
    await showing;
  }
}

async function showUntil(
  job: Pick<JobHandle<unknown>, 'get'>,
  { note }: Pick<Terminal, 'note'>,
  over: AbortSignal,
): Promise<void> {
  let shown: string | undefined;
  for (;;) {
    await delay(LOOK_EACH_MS, undefined, { signal: over }).catch(() => undefined);
    if (over.aborted) return;
    // Who waits for the result hears of what is wrong from there.
    const view = await job.get().catch(() => undefined);
    if (view === undefined) continue;
    const why = view.live?.waitsFor === undefined ? undefined : view.live.why;
    if (why !== undefined && why !== shown && !over.aborted) await note(`waiting: ${oneLine(why)}`);
    shown = why;
  }
}
