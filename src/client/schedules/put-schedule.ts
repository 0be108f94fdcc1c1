import { createOccurrences } from '../../cron/create-occurrences.ts';
import { decideUpToNow } from '../../cron/decide-scope.ts';
import { checkName } from '../../domain/check.ts';
import { HoldfastError, invalid } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ScheduleDefinition, ScheduleDocument } from '../../domain/schedule-definition.ts';
import type { ScheduleDeclaration } from '../../handlers/define-schedule.ts';
import type { ScopeDecision, ScopeSituation } from '../../ledger/plan-scopes.ts';
import type { StoredSchedule } from '../../ledger/schedule-row.ts';
import type { Connections } from '../connections.ts';
import { thisPerson } from '../order-node.ts';
import { deleteAlarm, setAlarm } from './alarm.ts';
import {
  checkSchedule,
  scheduleChanged,
  scheduleNotFound,
  storedSchedule,
} from './check-schedule.ts';

/** How a definition is put on record. */
export interface PutScheduleOptions {
  /** The revision that it was made from; 0: there shall be none. Another one refuses it. */
  readonly revision?: number;
  /** Who does it. @default `<user>@<host>` of this process */
  readonly by?: string;
  /** By what, as its revisions tell it. @default the name of the call, such as `edit` */
  readonly how?: string;
}

/** What came of putting a definition on record. */
export interface PutSchedule {
  readonly kind: 'created' | 'changed' | 'unchanged';
  readonly schedule: StoredSchedule;
  /** What did not work and mends itself: the alarm that could not be set. */
  readonly warnings: readonly string[];
}

/** See `SchedulesClient.put`. */
export async function putSchedule(
  connections: Connections,
  given: ScheduleDeclaration | ScheduleDocument,
  { revision, by = thisPerson(), how = 'put' }: PutScheduleOptions = {},
): Promise<PutSchedule> {
  const { document, definition } = checkSchedule(given);
  const signed = { by: checkName(by, 'by'), how: checkName(how, 'how') };
  const change = { ...signed, revision, decideBefore };
  const put = await connections.ledger.schedules.put(document, change);
  if (put.kind === 'conflict') {
    throw scheduleChanged(definition.name, { expected: revision ?? 0, revision: put.revision });
  }
  return { ...put, warnings: await alarmed(connections, definition, put.schedule) };
}

/** See `SchedulesClient.edit`. */
export async function editSchedule(
  connections: Connections,
  name: string,
  changes: Readonly<Record<string, Json>>,
  { revision, how = 'edit', ...options }: PutScheduleOptions = {},
): Promise<PutSchedule> {
  if (changes['name'] !== undefined && changes['name'] !== name) {
    throw invalid('changes.name', 'no other name: a schedule keeps its own', changes['name']);
  }
  const current = await storedSchedule(connections.ledger, name);
  const expected = revision ?? current.revision;
  if (expected !== current.revision) {
    throw scheduleChanged(name, { expected, revision: current.revision });
  }
  const fields = Object.entries({ ...current.document, ...changes });
  const document = Object.fromEntries(fields.filter(([, value]) => value !== null));
  const change = { ...options, revision: expected, how };
  return putSchedule(connections, document as ScheduleDocument, change);
}

/** See `SchedulesClient.remove`. */
export async function removeSchedule(
  connections: Connections,
  name: string,
  { revision, by = thisPerson(), how = 'remove' }: PutScheduleOptions = {},
): Promise<{ readonly warnings: readonly string[] }> {
  const signed = { by: checkName(by, 'by'), how: checkName(how, 'how') };
  const removed = await connections.ledger.schedules.remove(name, { ...signed, revision });
  if (removed !== 'removed') {
    if (removed.revision === 0) throw scheduleNotFound(name);
    throw scheduleChanged(name, { expected: revision ?? 0, revision: removed.revision });
  }
  return { warnings: await unalarmed(connections, name) };
}

/** Sets the alarm as the schedule is now; one that cannot be set is no reason to fail. */
export function alarmed(
  connections: Connections,
  definition: ScheduleDefinition,
  { paused }: StoredSchedule,
): Promise<readonly string[]> {
  return warningsOf(setAlarm(connections, definition, { isPaused: paused !== undefined }));
}

/** Takes the alarm of a schedule away that is gone. */
export function unalarmed(connections: Connections, name: string): Promise<readonly string[]> {
  return warningsOf(deleteAlarm(connections, name));
}

async function warningsOf(work: Promise<void>): Promise<readonly string[]> {
  try {
    await work;
    return [];
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return [`its alarm in Temporal was not set: orchestrators look after it (${error.message})`];
  }
}

/** By the old definition, what was due before the new one's times begin. */
export function decideBefore(situation: ScopeSituation): ScopeDecision {
  return decideUpToNow(situation, createOccurrences(situation.definition.plan, 'schedule.'));
}
