import type { AppliedSchedules } from '../../client/schedules/apply-schedules.ts';
import { shorten } from './table.ts';

type Outcome = AppliedSchedules['schedules'][number];
type Value = Outcome['changes'][number]['to'];

/** What an apply did, or would do, for people: what is unchanged is only counted. */
export function formatApplied({ isApplied, schedules }: AppliedSchedules): string[] {
  const lines = schedules.flatMap((outcome) => outcomeLines(outcome, isApplied));
  const counts = Object.entries(WORDS).flatMap(([kind, { counted }]) => {
    const count = schedules.filter((outcome) => outcome.kind === kind).length;
    return count === 0 ? [] : [`${count} ${counted}`];
  });
  const told = counts.length === 0 ? 'no schedules' : counts.join(', ');
  return [...lines, isApplied ? told : `${told}; nothing was changed`];
}

/** A value of a field, short enough for a line. */
export function formatValue(value: Value): string {
  return value === undefined ? '-' : shorten(JSON.stringify(value), 60);
}

const WORDS: Readonly<
  Record<Outcome['kind'], { is: string; would: string; counted: string; why?: string }>
> = {
  created: { is: 'is created', would: 'would be created', counted: 'created' },
  changed: { is: 'is changed', would: 'would be changed', counted: 'changed' },
  removed: { is: 'is removed', would: 'would be removed', counted: 'removed' },
  conflict: { is: 'is in conflict', would: 'is in conflict', counted: 'in conflict' },
  prunable: {
    ...{ is: 'would be pruned', would: 'would be pruned', counted: 'to prune' },
    why: 'its file names it no longer; --prune takes it out',
  },
  absent: {
    ...{ is: 'stays removed', would: 'stays removed', counted: 'removed before' },
    why: 'it was taken out by hand, and its file has not changed since',
  },
  unchanged: { is: 'is unchanged', would: 'is unchanged', counted: 'unchanged' },
};

function outcomeLines(outcome: Outcome, isApplied: boolean): string[] {
  const { name, kind, source, revision, changes, kept, conflicts } = outcome;
  const fields = [
    // A new schedule is all new: its file tells it.
    ...(kind === 'created' ? [] : changes.map((change) => changeLine(change))),
    ...kept.map(
      ({ field, file, live }) =>
        `  ${field}: ${formatValue(live)} is kept, edited on record; the file has ${formatValue(file)}`,
    ),
    ...conflicts.map(
      ({ field, base, file, live }) =>
        `  ${field}: was ${formatValue(base)}, file ${formatValue(file)}, record ${formatValue(live)}`,
    ),
  ];
  if (kind === 'unchanged' && fields.length === 0) return [];
  const { is, would, why } = WORDS[kind];
  const about = [
    source,
    isApplied && changes.length > 0 && revision !== undefined ? `revision ${revision}` : undefined,
  ].filter((text) => text !== undefined);
  const reason = outcome.reason ?? why;
  const head = `${name} ${isApplied ? is : would}${about.length > 0 ? ` (${about.join(', ')})` : ''}`;
  return [reason === undefined ? head : `${head}: ${reason}`, ...fields];
}

function changeLine({ field, from, to }: Outcome['changes'][number]): string {
  return `  ${field}: ${formatValue(from)} → ${formatValue(to)}`;
}
