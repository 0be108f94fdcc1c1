import { createOccurrences } from '../../cron/create-occurrences.ts';
import { HoldfastError, invalid, show } from '../../domain/errors.ts';
import type { Occurrences } from '../../domain/occurrences.ts';
import type { ScheduleDefinition, ScheduleDocument } from '../../domain/schedule-definition.ts';
import { resolveDefinition } from '../../domain/schedule-definition.ts';
import type { ScheduleDeclaration } from '../../handlers/define-schedule.ts';
import { isScheduleDeclaration } from '../../handlers/define-schedule.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { StoredSchedule } from '../../ledger/schedule-row.ts';
import { checkPayload } from '../job-request.ts';

/** A schedule that holds, with its times. */
export interface CheckedSchedule {
  readonly document: ScheduleDocument;
  readonly definition: ScheduleDefinition;
  readonly occurrences: Occurrences;
}

/**
 * Checks all that can be checked of a schedule, time zone and cron expression too.
 *
 * @param path names the schedule in the error
 * @throws HoldfastError `invalid_input` naming the first field that is wrong; `payload_too_large` when no
 *   run could take its input
 */
export function checkSchedule(
  given: ScheduleDeclaration | ScheduleDocument,
  path = 'schedule',
): CheckedSchedule {
  const document = isScheduleDeclaration(given) ? given.document : given;
  const definition = resolveDefinition(document, path);
  const { name, request, scopes } = definition;
  checkPayload(`schedule ${name}`, request.input);
  if (scopes.kind === 'ask') checkPayload(`the scopes of schedule ${name}`, scopes.request.input);
  return {
    // As it comes back from the ledger: a field that is undefined is none.
    document: JSON.parse(JSON.stringify(document)) as ScheduleDocument,
    definition,
    occurrences: createOccurrences(definition.plan, `${path}.`),
  };
}

/** The schedule of a name. @throws HoldfastError `schedule_not_found` */
export async function storedSchedule(
  { schedules }: Pick<Ledger, 'schedules'>,
  name: string,
): Promise<StoredSchedule> {
  const found = await schedules.get(name);
  if (found === undefined) throw scheduleNotFound(name);
  return found;
}

/** The error for a name that no schedule has. */
export function scheduleNotFound(name: string): HoldfastError {
  return new HoldfastError('schedule_not_found', `no schedule has the name ${show(name)}`, {
    hint: 'see `holdfast schedules list`',
    details: { schedule: name },
  });
}

/** The error for a change that was made from another revision than the schedule has. */
export function scheduleChanged(
  name: string,
  { expected, revision }: { readonly expected: number; readonly revision: number },
): HoldfastError {
  if (expected === 0) {
    return new HoldfastError('schedule_exists', `there is a schedule ${show(name)}`, {
      hint: 'take another name, or put or edit that one',
      details: { schedule: name, revision },
    });
  }
  return new HoldfastError(
    'schedule_changed',
    `schedule ${name}: expected revision ${expected}, got ${revision}: it was changed meanwhile`,
    {
      hint: `look at it again with \`holdfast schedules revisions ${name}\``,
      details: { schedule: name, expected, revision },
    },
  );
}

/** The scopes that are meant: the one given, or all that the definition lists. */
export function scopesOf(
  { name, scopes }: ScheduleDefinition,
  given: string | undefined,
): readonly string[] {
  if (scopes.kind === 'list') {
    if (given === undefined) return scopes.scopes;
    if (scopes.scopes.includes(given)) return [given];
    throw invalid(
      'scope',
      `a scope of schedule ${name}`,
      given,
      scopes.scopes.slice(0, 10).join(', '),
    );
  }
  if (given !== undefined) return [given];
  throw invalid('scope', `a scope: those of schedule ${name} are told by a job`, given);
}
