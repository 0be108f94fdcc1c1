import type { DrainReport } from '../../client/await-drained.ts';
import type { HeldAttempt } from '../../domain/node.ts';
import type { ProgressState } from '../progress.ts';
import { oneLine } from '../report-error.ts';
import { shorten } from './table.ts';

const JOBS_SHOWN = 5;
const LINE_LIMIT = 300;

/** How far a drain is; `most` is how many attempts have run at once. */
export function drainProgress(
  node: string,
  running: readonly HeldAttempt[],
  most: number,
): ProgressState {
  const share = most === 0 ? undefined : 1 - running.length / most;
  return { share, text: formatRunning(node, running) };
}

function formatRunning(node: string, running: readonly HeldAttempt[]): string {
  return running.length === 0
    ? `node ${node} runs nothing any more`
    : line(`node ${node} still runs ${count(running)}`);
}

/** What came of a drain, for people. */
export function formatDrain({ node, ended, finished, handedBack, lost }: DrainReport): string[] {
  const finishedText = `${finished} finished on it`;
  return [
    `node ${node} ${ENDED[ended] ?? ended}: ${finishedText}, ${handedBack.length} handed back`,
    ...(handedBack.length === 0 ? [] : [line(`handed back: ${names(handedBack)}`)]),
    ...(lost.length === 0 ? [] : [line(`lost with it: ${names(lost)}`)]),
  ];
}

const ENDED: Partial<Record<DrainReport['ended'], string>> = {
  drained: 'is drained',
  stopped: 'has stopped',
  lost: 'was lost while it drained',
  superseded: 'was superseded by another process while it drained',
  forgotten: 'was forgotten',
  enabled: 'drains no more: it was enabled',
  cordoned: 'drains no more: it was cordoned',
};

function count(attempts: readonly HeldAttempt[]): string {
  const noun = attempts.length === 1 ? 'attempt' : 'attempts';
  return `${attempts.length} ${noun}: ${names(attempts)}`;
}

function names(attempts: readonly HeldAttempt[]): string {
  const shown = attempts.slice(0, JOBS_SHOWN).map(({ job, epoch }) => `${job} (epoch ${epoch})`);
  const hidden = attempts.length - shown.length;
  return [...shown, ...(hidden === 0 ? [] : [`${hidden} more`])].join(', ');
}

function line(text: string): string {
  return shorten(oneLine(text), LINE_LIMIT);
}
