import type { FieldChange } from './document-changes.ts';
import { documentChanges } from './document-changes.ts';
import type { ConflictWinner, FieldConflict, KeptEdit } from './merge-schedules.ts';
import { mergeSchedules } from './merge-schedules.ts';
import type { ScheduleDocument } from './schedule-definition.ts';

/**
 * What an apply does about conflicts: `fail` changes nothing at all, with `ours` the file wins, with
 * `theirs` what is on record.
 */
export const CONFLICT_POLICIES = ['fail', 'ours', 'theirs'] as const;

/** One of {@link CONFLICT_POLICIES}. */
export type ConflictPolicy = (typeof CONFLICT_POLICIES)[number];

/** The schedules of one file. */
export interface ScheduleFile {
  /** What the file is called: what it names no longer may be pruned when it is applied again. */
  readonly source: string;
  readonly schedules: readonly ScheduleDocument[];
}

/** What an apply is decided from. */
export interface ApplySituation {
  /** What is on record, by name. */
  readonly live: ReadonlyMap<string, LiveSchedule>;
  /** What files said when they were last applied, by the schedule's name. */
  readonly applied: ReadonlyMap<string, AppliedDefinition>;
}

/** A schedule on record. */
interface LiveSchedule {
  readonly document: ScheduleDocument;
  readonly revision: number;
}

/** What a file said of a schedule when it was last applied. */
export interface AppliedDefinition {
  readonly source: string;
  readonly document: ScheduleDocument;
}

/** What an apply does about a schedule, or would do. */
export interface ScheduleOutcome {
  readonly name: string;
  /**
   * `prunable`: its file names it no longer, and it stays. `absent`: it was removed from the record, and
   * the file has not changed since, so that it stays removed. `conflict`: nothing of the apply happens.
   */
  readonly kind:
    'created' | 'changed' | 'unchanged' | 'removed' | 'prunable' | 'absent' | 'conflict';
  /** The file that names it, or named it last; undefined: none ever did. */
  readonly source: string | undefined;
  /** Its revision: after the apply where there was one, else now; undefined where there is none. */
  readonly revision: number | undefined;
  /** What becomes different on record, field by field. */
  readonly changes: readonly FieldChange[];
  /** What was edited on record and is kept. */
  readonly kept: readonly KeptEdit[];
  /** What file and record have both changed since the file was last applied. */
  readonly conflicts: readonly FieldConflict[];
  /** Who has won the conflicts; undefined: there are none, or nobody shall win. */
  readonly winner: ConflictWinner | undefined;
  /** Why more than single fields is in conflict. */
  readonly reason: string | undefined;
}

/** What is to be done about a schedule. */
export interface ApplyStep {
  readonly name: string;
  /** Undefined: there is nothing to tell. */
  readonly outcome: ScheduleOutcome | undefined;
  /** The definition to put on record, or that it goes from there. */
  readonly write: ScheduleDocument | 'remove' | undefined;
  /** What the next apply compares with. */
  readonly remember: AppliedDefinition | 'forget' | undefined;
}

/** Which way an apply goes. */
export interface ApplyRules {
  readonly onConflict: ConflictPolicy;
  /** Takes out what came from these files and is named there no longer. */
  readonly prune: boolean;
}

/** Decides what an apply of files does about each schedule: those of the files, and what they named once. */
export function decideApply(
  situation: ApplySituation,
  files: readonly ScheduleFile[],
  rules: ApplyRules,
): ApplyStep[] {
  const named = files.flatMap(({ source, schedules }) =>
    schedules.map((document) => applyOne({ source, document }, situation, rules.onConflict)),
  );
  const names = new Set(named.map(({ name }) => name));
  const sources = new Set(files.map(({ source }) => source));
  const others = [...situation.applied].filter(
    ([name, { source }]) => !names.has(name) && sources.has(source),
  );
  return [...named, ...others.map(([, applied]) => dropOne(applied, situation, rules))];
}

/** Decides what makes the record equal to the files: whatever they do not name is taken out. */
export function decideReset(
  { live, applied }: ApplySituation,
  files: readonly ScheduleFile[],
): ApplyStep[] {
  const named = files.flatMap(({ source, schedules }) =>
    schedules.map((document) => putOne({ source, document }, live.get(document.name))),
  );
  const names = new Set(named.map(({ name }) => name));
  const rest = [...new Set([...live.keys(), ...applied.keys()])].filter((name) => !names.has(name));
  const dropped = rest.map((name): ApplyStep => {
    const current = live.get(name);
    if (current === undefined) return forgotten(name);
    const told = { source: applied.get(name)?.source, revision: current.revision };
    const outcome = outcomeOf(name, 'removed', told);
    return { name, outcome, write: 'remove', remember: 'forget' };
  });
  return [...named, ...dropped];
}

function applyOne(
  file: AppliedDefinition,
  { live, applied }: ApplySituation,
  onConflict: ConflictPolicy,
): ApplyStep {
  const { name } = file.document;
  const current = live.get(name);
  const base = applied.get(name)?.document;
  if (current === undefined) {
    return base === undefined ? putOne(file, undefined) : putRemoved(file, base, onConflict);
  }
  const sides = { base, file: file.document, live: current.document };
  const merged = mergeSchedules(sides, onConflict === 'ours' ? 'file' : 'live');
  const { document, conflicts, kept, problem } = merged;
  const reason = problem && `the fields, merged one by one, make no schedule: ${problem}`;
  const told = { conflicts, kept, reason, winner: winnerOf(conflicts, onConflict) };
  const { revision } = current;
  if (onConflict === 'fail' && conflicts.length > 0) {
    return conflicting(name, { source: file.source, revision, ...told });
  }
  return { ...putOne({ ...file, document }, current, told), remember: file };
}

/** It is not on record, although it was applied before: somebody has removed it. */
function putRemoved(
  file: AppliedDefinition,
  base: ScheduleDocument,
  onConflict: ConflictPolicy,
): ApplyStep {
  const { name } = file.document;
  const { source } = file;
  const conflicts = documentChanges(base, file.document).map(({ field, from, to }) => ({
    ...{ field, base: from, file: to },
    live: undefined,
  }));
  const isConflict = conflicts.length > 0;
  const reason = isConflict ? 'it was removed on record and changed in the file' : undefined;
  const told = { conflicts, reason, winner: winnerOf(conflicts, onConflict) };
  if (isConflict && onConflict === 'fail') return conflicting(name, { source, ...told });
  if (isConflict && onConflict === 'ours') return putOne(file, undefined, told);
  const outcome = outcomeOf(name, 'absent', { source, ...told });
  return { name, outcome, write: undefined, remember: file };
}

/** A schedule that its file names no longer. */
function dropOne(
  { source, document }: AppliedDefinition,
  { live }: ApplySituation,
  { onConflict, prune }: ApplyRules,
): ApplyStep {
  const { name } = document;
  const current = live.get(name);
  if (current === undefined) return forgotten(name);
  const { revision } = current;
  const edits = prune ? documentChanges(document, current.document) : [];
  const conflicts = edits.map(({ field, from, to }) => ({
    ...{ field, base: from, live: to },
    file: undefined,
  }));
  const isConflict = conflicts.length > 0;
  const reason = isConflict ? 'it was taken out of the file and edited on record' : undefined;
  const winner = winnerOf(conflicts, onConflict);
  const told = { source, revision, conflicts, reason, winner };
  if (isConflict && onConflict === 'fail') return conflicting(name, told);
  if (!prune || (isConflict && onConflict === 'theirs')) {
    const outcome = outcomeOf(name, 'prunable', told);
    return { name, outcome, write: undefined, remember: undefined };
  }
  return { name, outcome: outcomeOf(name, 'removed', told), write: 'remove', remember: 'forget' };
}

/** Puts a definition on record as it is. */
function putOne(
  file: AppliedDefinition,
  current: LiveSchedule | undefined,
  told: Partial<ScheduleOutcome> = {},
): ApplyStep {
  const { source, document } = file;
  const { name } = document;
  const changes = documentChanges(current?.document, document);
  const isSame = current !== undefined && changes.length === 0;
  const kind = current === undefined ? 'created' : isSame ? 'unchanged' : 'changed';
  const { revision } = current ?? {};
  const outcome = outcomeOf(name, kind, { source, revision, changes, ...told });
  return { name, outcome, write: isSame ? undefined : document, remember: file };
}

function winnerOf(
  conflicts: readonly FieldConflict[],
  onConflict: ConflictPolicy,
): ConflictWinner | undefined {
  if (conflicts.length === 0 || onConflict === 'fail') return undefined;
  return onConflict === 'ours' ? 'file' : 'live';
}

function conflicting(name: string, told: Partial<ScheduleOutcome>): ApplyStep {
  const outcome = outcomeOf(name, 'conflict', told);
  return { name, outcome, write: undefined, remember: undefined };
}

/** Neither on record nor in a file any longer. */
function forgotten(name: string): ApplyStep {
  return { name, outcome: undefined, write: undefined, remember: 'forget' };
}

function outcomeOf(
  name: string,
  kind: ScheduleOutcome['kind'],
  more: Partial<ScheduleOutcome>,
): ScheduleOutcome {
  return {
    ...{ name, kind, source: undefined, revision: undefined, reason: undefined },
    ...{ changes: [], kept: [], conflicts: [], winner: undefined, ...more },
  };
}
