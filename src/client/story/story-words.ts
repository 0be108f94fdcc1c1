import type { HistoryEvent } from '../event-time.ts';

type Started = NonNullable<HistoryEvent['activityTaskScheduledEventAttributes']>;
type ProtoDuration = Started['startToCloseTimeout'];

/** The milliseconds of a length of time in a history; 0 for none. */
export function lengthMs(length: ProtoDuration): number {
  return Number(length?.seconds ?? 0) * 1000 + Math.round((length?.nanos ?? 0) / 1e6);
}

/** A length of time in words, such as `500 ms` or `5 s`. */
export function lengthText(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`;
}

/** A task queue in words. */
export function queueText(queue: string): string {
  const pool = /^pool\/(.+)$/su.exec(queue)?.[1];
  if (pool !== undefined) return `the queue of pool ${pool}`;
  const node = nodeOfQueue(queue);
  return node === undefined ? `queue ${queue}` : `node ${node}`;
}

/** The node whose own queue it is, or undefined. */
export function nodeOfQueue(queue: string): string | undefined {
  return /^node\/(.+)\/[^/]+$/su.exec(queue)?.[1];
}
