import type { AppliedSchedules } from '../../client/schedules/apply-schedules.ts';
import { oneLine } from '../report-error.ts';
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
  const { kind, changes, kept, conflicts, winner } = outcome;
  const fields = [
    // A new schedule is all new: its file tells it.
    ...(kind === 'created' ? [] : changes).map(
      ({ field, from, to }) => `${field}: ${formatValue(from)} → ${formatValue(to)}`,
    ),
    ...kept.map(
      ({ field, file, live }) =>
        `${field}: ${formatValue(live)} is kept, edited on record; the file has ${formatValue(file)}`,
    ),
    ...conflicts.map(
      ({ field, base, file, live }) =>
        `${field}: was ${formatValue(base)}, file ${formatValue(file)}, record ${formatValue(live)}` +
        (winner === undefined ? '' : `; the ${winner === 'file' ? 'file' : 'record'} wins`),
    ),
  ];
  if (kind === 'unchanged' && fields.length === 0) return [];
  return [oneLine(headOf(outcome, isApplied)), ...fields.map((text) => `  ${oneLine(text)}`)];
}

function headOf({ name, kind, source, revision, ...more }: Outcome, isApplied: boolean): string {
  const { is, would, why } = WORDS[kind];
  const isNew = isApplied && more.changes.length > 0 && revision !== undefined;
  const about = [source, isNew ? `revision ${revision}` : undefined];
  const known = about.filter((text) => text !== undefined).join(', ');
  const head = `${name} ${isApplied ? is : would}${known === '' ? '' : ` (${known})`}`;
  const reason = more.reason ?? why;
  return reason === undefined ? head : `${head}: ${reason}`;
}
