import type { AppliedSchedules } from './apply-schedules.ts';

type Outcomes = Pick<AppliedSchedules, 'schedules'>;

/** How many schedules of an apply had which outcome. */
export function countsOf({ schedules }: Outcomes): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { kind } of schedules) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** The names of the schedules that an apply changed. */
export function changedOf({ schedules }: Outcomes): readonly string[] {
  return schedules.filter(({ kind }) => CHANGES.includes(kind)).map(({ name }) => name);
}

const CHANGES: readonly string[] = ['created', 'changed', 'removed'];
