import type { Json } from './json.ts';

/** Names one attempt of a run for whatever it writes elsewhere: the same in every log line. */
export function executionId(attempt: {
  readonly job: string;
  readonly generation: number;
  readonly epoch: number;
}): string {
  return `${attempt.job}#${attempt.generation}/${attempt.epoch}`;
}

/** The most characters of a result that the record of an attempt keeps. */
const SUMMARY_LIMIT = 4_000;

/** The beginning of a result as JSON text. */
export function summaryOf(result: Json): string {
  const text = JSON.stringify(result);
  if (text.length <= SUMMARY_LIMIT) return text;
  const cut = text.slice(0, SUMMARY_LIMIT);
  // Half a character is none.
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}
