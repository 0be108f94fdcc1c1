import { formatLength } from '../length.ts';
import type { Finding } from './finding.ts';
import { ok, problem, unknown, warning } from './finding.ts';

/** A clock that was read over a network. */
export interface ClockReading {
  /** How far it is ahead of this machine's, in milliseconds. */
  readonly offsetMs: number;
  /** The offset is right to within so much, either way: half of what the reading took. */
  readonly uncertaintyMs: number;
}

/** The clocks that were read; undefined: it could not be. */
export interface ClockFacts {
  readonly ledger: ClockReading | undefined;
  readonly temporal: ClockReading | undefined;
}

/** Times in logs and tables of different machines no longer tell what came first. */
const APART_MS = 1_000;
/** Deadlines and schedules come visibly early or late. */
const FAR_APART_MS = 30_000;

/** How the clocks of the servers and of this machine differ. */
export function clockFindings({ ledger, temporal }: ClockFacts): Finding[] {
  return [
    difference('clocks.ledger', 'the ledger’s clock', 'this machine’s', ledger),
    difference('clocks.temporal', 'Temporal’s clock', 'this machine’s', temporal),
    ...(ledger === undefined || temporal === undefined
      ? []
      : [
          difference('clocks.servers', 'Temporal’s clock', 'the ledger’s', {
            offsetMs: temporal.offsetMs - ledger.offsetMs,
            uncertaintyMs: temporal.uncertaintyMs + ledger.uncertaintyMs,
          }),
        ]),
  ];
}

/** The reading of several that says most: that of the least uncertainty. */
export function bestReading(readings: readonly ClockReading[]): ClockReading | undefined {
  return readings.reduce<ClockReading | undefined>(
    (best, each) => (best === undefined || each.uncertaintyMs < best.uncertaintyMs ? each : best),
    undefined,
  );
}

/** What a clock showed at some moment between two of ours. All in milliseconds. */
export function readClock(shown: number, before: number, after: number): ClockReading {
  return { offsetMs: shown - (before + after) / 2, uncertaintyMs: (after - before) / 2 };
}

function difference(
  check: Finding['check'],
  one: string,
  other: string,
  reading: ClockReading | undefined,
): Finding {
  if (reading === undefined) return unknown(check, `${one} could not be read`);
  const { offsetMs, uncertaintyMs } = reading;
  const awayMs = Math.abs(offsetMs);
  // Only what the reading is sure of counts.
  const sureMs = awayMs - uncertaintyMs;
  if (sureMs <= 0) {
    const about = formatLength(Math.max(1, awayMs + uncertaintyMs));
    return ok(check, `${one} agrees with ${other}, to within ${about}`);
  }
  const side = offsetMs < 0 ? 'behind' : 'ahead of';
  const about = formatLength(Math.max(1, uncertaintyMs));
  const what = `${one} is ${formatLength(awayMs)} ${side} ${other}, to within ${about}`;
  if (sureMs < APART_MS) return ok(check, what);
  const todo = 'let all machines keep time by NTP: see `timedatectl` or `chronyc tracking` on each';
  return sureMs < FAR_APART_MS ? warning(check, what, todo) : problem(check, what, todo);
}
