import type { JsonObject } from './document-changes.ts';
import {
  fieldAt,
  fieldsOf,
  isJsonObject,
  isSameJson,
  namesOf,
  valueOf,
} from './document-changes.ts';
import { HoldfastError } from './errors.ts';
import type { Json } from './json.ts';
import type { ScheduleDocument } from './schedule-definition.ts';
import { resolveDefinition } from './schedule-definition.ts';

/** The three versions of a schedule that a merge looks at. */
export interface MergeSides {
  /** What the file said when it was last applied; undefined: it never was. */
  readonly base: ScheduleDocument | undefined;
  readonly file: ScheduleDocument;
  /** What is on record. */
  readonly live: ScheduleDocument;
}

/** A field that file and record have each changed in its own way. */
export interface FieldConflict {
  readonly field: string;
  readonly base: Json | undefined;
  readonly file: Json | undefined;
  readonly live: Json | undefined;
}

/** Fields that are different from the file because they were edited on record. */
export interface KeptEdit {
  readonly field: string;
  readonly file: Json | undefined;
  readonly live: Json | undefined;
}

/** What came of a merge. */
export interface MergedSchedule {
  /** Conflicts are decided by who wins; it always holds where file and record do. */
  readonly document: ScheduleDocument;
  readonly conflicts: readonly FieldConflict[];
  readonly kept: readonly KeptEdit[];
  /** Why the fields, merged one by one, made no schedule, so that the whole of it is in conflict. */
  readonly problem: string | undefined;
}

/** Who wins a conflict. */
export type ConflictWinner = 'file' | 'live';

/**
 * Merges what a file says of a schedule with what is on record, field by field. What only one of them has
 * changed since the file was last applied is taken from that one, what both have changed to the same is
 * taken, and what both have changed otherwise is a conflict, which `winner` decides.
 */
export function mergeSchedules(sides: MergeSides, winner: ConflictWinner): MergedSchedule {
  const { name } = sides.file;
  const merge = new FieldMerge(winner);
  const document: ScheduleDocument = { name, ...merge.schedules(sides) };
  const { conflicts, kept } = merge;
  const problem = problemOf(document);
  if (problem === undefined) return { document, conflicts, kept, problem };
  // Fields that hold one by one may exclude each other: then one side has to win all of it.
  const whole = new FieldMerge(winner, { isWhole: true });
  return {
    document: { name, ...whole.schedules(sides) },
    conflicts: whole.conflicts,
    kept: [],
    problem,
  };
}

function problemOf(document: ScheduleDocument): string | undefined {
  try {
    resolveDefinition(document);
    return undefined;
  } catch (error) {
    if (error instanceof HoldfastError) return error.message;
    throw error;
  }
}

/** Versions of one thing. */
interface Three<Value> {
  readonly base: Value;
  readonly file: Value;
  readonly live: Value;
}

/** These exclude each other, so that they are one thing to a merge. */
const TIMING: readonly string[] = ['every', 'cron'];

/** Goes through the fields, and collects conflicts and kept edits on its way. */
class FieldMerge {
  readonly conflicts: FieldConflict[] = [];
  readonly kept: KeptEdit[] = [];
  readonly #winner: ConflictWinner;
  readonly #isWhole: boolean;

  /** With `isWhole` all that is different is a conflict, whoever changed it. */
  constructor(winner: ConflictWinner, { isWhole = false } = {}) {
    this.#winner = winner;
    this.#isWhole = isWhole;
  }

  schedules({ base, file, live }: MergeSides): JsonObject {
    const fields = { base: fieldsOf(base), file: fieldsOf(file), live: fieldsOf(live) };
    const side = this.#sideOf(each(fields, timingOf));
    return this.#objects('', fields, (name) => (TIMING.includes(name) ? side : undefined));
  }

  #objects(
    at: string,
    { base, file, live }: Three<JsonObject>,
    decided: (name: string) => Side | undefined = () => undefined,
  ): JsonObject {
    const merged = namesOf(file, live).map((name): [string, Json | undefined] => {
      const values = each({ base, file, live }, (object) => valueOf(object, name));
      return [name, this.#value(fieldAt(at, name), values, decided(name))];
    });
    return Object.fromEntries(merged.filter(([, value]) => value !== undefined)) as JsonObject;
  }

  #value(field: string, three: Three<Json | undefined>, decided?: Side): Json | undefined {
    const { base, file, live } = three;
    if (isSameJson(file, live)) return file;
    if (isJsonObject(file) && isJsonObject(live)) {
      return this.#objects(field, { base: isJsonObject(base) ? base : {}, file, live });
    }
    const side = decided ?? this.#sideOf(three);
    if (side === 'conflict') this.conflicts.push({ field, base, file, live });
    if (side === 'live') this.kept.push({ field, file, live });
    return (side === 'conflict' ? this.#winner : side) === 'file' ? file : live;
  }

  /** Whose value counts. */
  #sideOf({ base, file, live }: Three<Json | undefined>): Side {
    if (this.#isWhole) return 'conflict';
    if (isSameJson(base, live)) return 'file';
    return isSameJson(base, file) ? 'live' : 'conflict';
  }
}

type Side = ConflictWinner | 'conflict';

function each<From, To>({ base, file, live }: Three<From>, change: (value: From) => To): Three<To> {
  return { base: change(base), file: change(file), live: change(live) };
}

function timingOf(fields: JsonObject): Record<string, Json> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => TIMING.includes(name)));
}
