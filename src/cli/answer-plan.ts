import { createOccurrences } from '../cron/create-occurrences.ts';
import { invalid } from '../domain/errors.ts';
import { formatIsoTime } from '../domain/iso-time.ts';
import { plan } from '../domain/plan.ts';
import type { TickDecision } from '../domain/schedule.ts';
import { readPlanRequest } from './plan-request.ts';
import { parseInput } from './read-input.ts';
import { LINE_LIMIT } from './read-lines.ts';
import { reportOf } from './report-error.ts';

/**
 * The answer of the planner to one line, as one JSON document. It never throws: what is wrong with a
 * line is the answer to it.
 *
 * @param line undefined for one that was too long to be read
 * @param number counted from 1, names the line in the error
 */
export function answerPlan(line: string | undefined, number: number): string {
  try {
    return JSON.stringify(decisionDocument(decide(line, `line ${number}`)));
  } catch (error) {
    const { code, message, details } = reportOf(error);
    return JSON.stringify({ error: { code, path: details['path'] ?? null, message } });
  }
}

function decide(line: string | undefined, place: string): TickDecision {
  if (line === undefined) throw invalid(place, `at most ${LINE_LIMIT} characters`, 'more');
  const { spec, now, decidedThrough, latest } = readPlanRequest(parseInput(line, place));
  return plan(spec, now, decidedThrough, latest, createOccurrences(spec, 'spec.'));
}

function decisionDocument(decision: TickDecision): object {
  const { due, skipped, skippedRanges, decidedThrough, more } = decision;
  return {
    due: due.map(formatIsoTime),
    skipped: skipped.map(({ time, reason }) => ({ time: formatIsoTime(time), reason })),
    skippedRanges: skippedRanges.map(({ from, to, count, reason }) => ({
      from: formatIsoTime(from),
      to: formatIsoTime(to),
      count,
      reason,
    })),
    decidedThrough: decidedThrough === undefined ? null : formatIsoTime(decidedThrough),
    more,
  };
}
