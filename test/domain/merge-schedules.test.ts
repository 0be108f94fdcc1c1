import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { documentChanges, isSameJson } from '../../src/domain/document-changes.ts';
import { mergeSchedules } from '../../src/domain/merge-schedules.ts';
import type { ScheduleDocument } from '../../src/domain/schedule-definition.ts';
import { holds, scheduleDocuments } from '../support/schedule-documents.ts';

const BASE = {
  ...{ name: 's', kind: 'k', pool: 'p', cron: '0 2 * * *' },
  retry: { maxAttempts: 3, backoff: ['1m'] },
} satisfies ScheduleDocument;

const merge = (file: object, live: object, base: ScheduleDocument | undefined = BASE) =>
  mergeSchedules({ base, file: { ...BASE, ...file }, live: { ...BASE, ...live } }, 'live');

describe('mergeSchedules', () => {
  it('takes what only the file has changed', () => {
    expect(merge({ window: '2h', cron: '0 3 * * *' }, {})).toMatchObject({
      document: { ...BASE, window: '2h', cron: '0 3 * * *' },
      ...{ conflicts: [], kept: [], problem: undefined },
    });
  });

  it('keeps what was only edited on record, and tells so', () => {
    expect(merge({ window: '2h' }, { cron: '0 4 * * *', jitter: '5s' })).toMatchObject({
      document: { ...BASE, window: '2h', cron: '0 4 * * *', jitter: '5s' },
      conflicts: [],
      kept: [
        { field: 'cron', file: '0 2 * * *', live: '0 4 * * *' },
        { field: 'jitter', file: undefined, live: '5s' },
      ],
    });
  });

  it('takes what both have changed to the same', () => {
    const { document, conflicts, kept } = merge({ pool: 'q' }, { pool: 'q' });
    expect([document['pool'], conflicts, kept]).toEqual(['q', [], []]);
  });

  it('tells of a field that both have changed, with all three values', () => {
    const sides = {
      ...{ base: BASE, file: { ...BASE, cron: '0 3 * * *' } },
      live: { ...BASE, cron: '0 4 * * *' },
    };
    const conflicts = [{ field: 'cron', base: '0 2 * * *', file: '0 3 * * *', live: '0 4 * * *' }];
    expect(mergeSchedules(sides, 'file')).toMatchObject({ document: sides.file, conflicts });
    expect(mergeSchedules(sides, 'live')).toMatchObject({ document: sides.live, conflicts });
  });

  it('looks into objects, and takes a list for one value', () => {
    const file = { retry: { maxAttempts: 5, backoff: ['1m'] } };
    const live = { retry: { maxAttempts: 3, backoff: ['1m', '2m'] } };
    expect(merge(file, live)).toMatchObject({
      document: { retry: { maxAttempts: 5, backoff: ['1m', '2m'] } },
      conflicts: [],
      kept: [{ field: 'retry.backoff' }],
    });
    const other = { retry: { maxAttempts: 3, backoff: ['9m'] } };
    expect(merge(other, live).conflicts).toMatchObject([{ field: 'retry.backoff', base: ['1m'] }]);
  });

  it('tells a field that was left out from one that was changed', () => {
    const { cron: _, ...rest } = BASE;
    const file = { ...rest, every: '1h' };
    const live = { ...BASE, window: '2h' };
    expect(mergeSchedules({ base: BASE, file, live }, 'live')).toMatchObject({
      document: { ...file, window: '2h' },
      conflicts: [],
    });
  });

  it('never mixes a cadence with a cron expression', () => {
    const { cron: _, ...rest } = BASE;
    const sides = { base: BASE, file: { ...rest, every: '1h' }, live: { ...BASE, cron: '@daily' } };
    expect(mergeSchedules(sides, 'file')).toEqual({
      document: sides.file,
      conflicts: [
        { field: 'every', base: undefined, file: '1h', live: undefined },
        { field: 'cron', base: '0 2 * * *', file: undefined, live: '@daily' },
      ],
      ...{ kept: [], problem: undefined },
    });
  });

  it('makes one conflict of fields that hold one by one and not together', () => {
    const { document, conflicts, problem } = merge({ heartbeat: '30s' }, { runTimeout: '20s' });
    expect(document).toEqual({ ...BASE, runTimeout: '20s' });
    expect(conflicts.map(({ field }) => field)).toEqual(['heartbeat', 'runTimeout']);
    expect(problem).toContain('schedule.heartbeat: expected shorter than the run timeout');
  });

  it('merges without a base where somebody made the same schedule', () => {
    const file = { name: 's', kind: 'k', pool: 'p', every: '1h' };
    const live = { name: 's', kind: 'k', pool: 'q', every: '1h', window: '2h' };
    expect(mergeSchedules({ base: undefined, file, live }, 'live')).toMatchObject({
      document: { ...live },
      conflicts: [{ field: 'pool', base: undefined, file: 'p', live: 'q' }],
      kept: [{ field: 'window' }],
    });
  });
});

const documents = scheduleDocuments().filter(holds);
const isSame = (one: ScheduleDocument, other: ScheduleDocument) =>
  documentChanges(one, other).length === 0;

test('a merge makes a schedule that holds, and loses no field silently', () => {
  const winners = fc.constantFrom('file' as const, 'live' as const);
  const bases = fc.option(documents, { nil: undefined });
  fc.assert(
    fc.property(bases, documents, documents, winners, (base, file, live, winner) => {
      const merged = mergeSchedules({ base, file, live }, winner);
      expect(holds(merged.document)).toBe(true);
      const told = new Set([
        ...merged.conflicts.map(({ field }) => field),
        ...merged.kept.map(({ field }) => field),
      ]);
      // What is not told is as in the file, and what the merge takes from the record is as there.
      const changedBySide = (from: ScheduleDocument | undefined, to: ScheduleDocument) =>
        documentChanges(from, to).map(({ field }) => field);
      for (const field of changedBySide(file, merged.document)) expect(told).toContain(field);
      if (base === undefined || merged.problem !== undefined) return;
      // An edit that the merge undoes was told, or the file has changed the same field.
      const byFile = new Set(changedBySide(base, file));
      const isOwn = (field: string) => [...byFile].some((own) => touches(own, field));
      for (const field of changedBySide(live, merged.document)) {
        expect(told.has(field) || isOwn(field)).toBe(true);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('a merge of what nobody has edited is the file, and of a file that nobody has, the record', () => {
  fc.assert(
    fc.property(documents, documents, (one, other) => {
      const edited = mergeSchedules({ base: one, file: other, live: one }, 'live');
      expect(isSame(edited.document, other) && edited.conflicts.length === 0).toBe(true);
      const live = mergeSchedules({ base: one, file: one, live: other }, 'file');
      expect(isSame(live.document, other) && live.conflicts.length === 0).toBe(true);
    }),
  );
});

test('a merge again, from the file that was merged, changes nothing', () => {
  fc.assert(
    fc.property(documents, documents, documents, (base, file, live) => {
      const merged = mergeSchedules({ base, file, live }, 'live');
      const again = mergeSchedules({ base: file, file, live: merged.document }, 'live');
      expect(isSame(again.document, merged.document)).toBe(true);
      expect(again.conflicts).toEqual([]);
    }),
  );
});

test('the order of names makes no difference, the order of a list does', () => {
  expect(isSameJson({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true);
  expect(isSameJson([1, 2], [2, 1])).toBe(false);
  expect(isSameJson({ a: undefined! }, {})).toBe(false);
});

/** True when one of the fields is the other, or inside it. */
function touches(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);
}
