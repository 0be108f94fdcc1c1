import { HoldfastError } from '../domain/errors.ts';
import type {
  ResumePolicy,
  ScheduleDefinition,
  ScheduleDocument,
} from '../domain/schedule-definition.ts';
import { resolveDefinition } from '../domain/schedule-definition.ts';

/** A schedule as the ledger has it. */
export interface StoredSchedule {
  readonly name: string;
  /** Grows with every change. */
  readonly revision: number;
  /** The definition as it was written. */
  readonly document: ScheduleDocument;
  readonly paused: { readonly at: Date; readonly by: string; readonly reason: string } | undefined;
  /** What becomes of the times of the last pause, until a tick has decided them. */
  readonly resumes: Resume | undefined;
  readonly createdAt: Date;
  /** When its next time is due; undefined: at once. */
  readonly nextDueAt: Date | undefined;
  readonly tickedAt: Date | undefined;
  /** Why the last tick left it out. */
  readonly trouble: string | undefined;
}

/** The end of a pause. */
export interface Resume {
  readonly policy: ResumePolicy;
  /** When the pause had begun, and when it ended. */
  readonly from: Date;
  readonly at: Date;
}

/** The columns of {@link SCHEDULE_COLUMNS}. */
export interface ScheduleRow {
  name: string;
  revision: number;
  definition: ScheduleDocument;
  paused_at: Date | null;
  paused_by: string | null;
  paused_reason: string | null;
  resumes: ResumePolicy | null;
  resumed_at: Date | null;
  resumed_from: Date | null;
  effective_from: Date | null;
  created_at: Date;
  next_due_at: Date | null;
  ticked_at: Date | null;
  trouble: string | null;
}

/** What {@link scheduleOfRow} needs. */
export const SCHEDULE_COLUMNS = `name, revision, definition, paused_at, paused_by, paused_reason, resumes,
  resumed_at, resumed_from, effective_from, created_at, next_due_at, ticked_at, trouble`;

/** A row as a schedule. */
export function scheduleOfRow(row: ScheduleRow): StoredSchedule {
  const { paused_at: at, paused_by: by, paused_reason: reason } = row;
  return {
    name: row.name,
    revision: row.revision,
    document: row.definition,
    paused: at === null ? undefined : { at, by: by ?? '', reason: reason ?? '' },
    resumes: resumeOfRow(row),
    createdAt: row.created_at,
    nextDueAt: row.next_due_at ?? undefined,
    tickedAt: row.ticked_at ?? undefined,
    trouble: row.trouble ?? undefined,
  };
}

/** The end of a pause whose times are not decided yet. */
export function resumeOfRow(
  row: Pick<ScheduleRow, 'resumes' | 'resumed_from' | 'resumed_at'>,
): Resume | undefined {
  const { resumes: policy, resumed_from: from, resumed_at: at } = row;
  if (policy === null || from === null || at === null) return undefined;
  return { policy, from, at };
}

/**
 * The definition on record. It was checked when it was put there, by this version or another.
 *
 * @throws HoldfastError `internal`
 */
export function definitionOf(document: ScheduleDocument): ScheduleDefinition {
  try {
    return resolveDefinition(document);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `schedule ${document.name}: its definition on record does not hold: ${why}`;
    throw new HoldfastError('internal', message, { cause });
  }
}
