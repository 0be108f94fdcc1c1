import { YEAR_ONE_MS } from '../domain/iso-time.ts';
import type { Occurrences } from '../domain/occurrences.ts';
import type { PlanSpec } from '../domain/schedule.ts';
import { cadenceOccurrences } from './cadence.ts';
import { parseCron } from './cron-expression.ts';
import { cronOccurrences } from './cron-occurrences.ts';
import { findTimeZone } from './time-zone.ts';

/**
 * The times of a schedule. A cadence has its grid from the Unix epoch, with `compat: 'multica'` from
 * the year 1 as in Go; there, too, fixed hours follow real instants when the clocks change.
 *
 * @param at stands before the field's name in the error
 * @throws HoldfastError `invalid_input` for a cron expression or a time zone that is none
 */
export function createOccurrences(spec: PlanSpec, at: string): Occurrences {
  const { timing, timezone, dst, compat } = spec;
  const zone = findTimeZone(timezone, `${at}timezone`);
  if (timing.kind === 'every') {
    return cadenceOccurrences(timing.everyMs, compat === 'multica' ? YEAR_ONE_MS : 0);
  }
  const path = `${at}cron`;
  const cron = parseCron(timing.cron, path, compat);
  const ownZone = cron.timezone === undefined ? zone : findTimeZone(cron.timezone, path);
  return cronOccurrences(cron, ownZone, compat === 'multica' ? undefined : dst);
}
