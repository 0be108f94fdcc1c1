import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type {
  AppliedDefinition,
  ApplyRules,
  ApplySituation,
  ApplyStep,
  ScheduleFile,
} from '../../src/domain/apply-schedules.ts';
import { decideApply, decideReset } from '../../src/domain/apply-schedules.ts';
import { documentChanges } from '../../src/domain/document-changes.ts';
import type { ScheduleDocument } from '../../src/domain/schedule-definition.ts';
import { holds, scheduleDocuments } from '../support/schedule-documents.ts';

const A = { name: 's', kind: 'k', pool: 'p', every: '1h' } satisfies ScheduleDocument;
const B = { ...A, every: '2h' } satisfies ScheduleDocument;
const C = { ...A, every: '3h' } satisfies ScheduleDocument;

/** One schedule: what the file says, what it said, and what is on record. */
interface Case {
  readonly file?: ScheduleDocument;
  readonly base?: ScheduleDocument;
  readonly live?: ScheduleDocument;
}

const FAIL: ApplyRules = { onConflict: 'fail', prune: false };

const situationOf = ({ base, live }: Case, source = 'a.yaml'): ApplySituation => ({
  live: new Map(live ? [[live.name, { document: live, revision: 7 }]] : []),
  applied: new Map(base ? [[base.name, { source, document: base }]] : []),
});

const fileOf = ({ file }: Case): ScheduleFile => ({
  source: 'a.yaml',
  schedules: file === undefined ? [] : [file],
});

const decide = (given: Case, rules: Partial<ApplyRules> = {}): ApplyStep | undefined =>
  decideApply(situationOf(given), [fileOf(given)], { ...FAIL, ...rules })[0];

describe('decideApply', () => {
  test.each<[string, Case, string, ApplyStep['write'], ApplyStep['remember']]>([
    ['creates what is new', { file: A }, 'created', A, of(A)],
    ['changes what the file has changed', { file: B, base: A, live: A }, 'changed', B, of(B)],
    [
      'leaves what nobody has changed',
      { file: A, base: A, live: A },
      'unchanged',
      undefined,
      of(A),
    ],
    ['keeps an edit', { file: A, base: A, live: B }, 'unchanged', undefined, of(A)],
    ['finds the same edit', { file: B, base: A, live: B }, 'unchanged', undefined, of(B)],
    ['finds what was put by hand', { file: A, live: A }, 'unchanged', undefined, of(A)],
    ['leaves out what was removed', { file: A, base: A }, 'absent', undefined, of(A)],
    ['tells what it would prune', { base: A, live: A }, 'prunable', undefined, undefined],
  ])('%s', (_, given, kind, write, remember) => {
    const step = decide(given);
    expect(step).toMatchObject({ name: 's', outcome: { kind, conflicts: [] } });
    expect([step?.write, step?.remember]).toEqual([write, remember]);
  });

  test.each<[string, Case, string, string]>([
    ['edited on both sides', { file: B, base: A, live: C }, 'changed', 'unchanged'],
    ['made by somebody else, too', { file: B, live: C }, 'changed', 'unchanged'],
    ['removed, and changed in the file', { file: B, base: A }, 'created', 'absent'],
    ['taken out of the file, and edited', { base: A, live: C }, 'removed', 'prunable'],
  ])('is in conflict about what was %s', (_, given, ours, theirs) => {
    const decided = (onConflict: ApplyRules['onConflict']) =>
      decide(given, { onConflict, prune: true });
    const conflicts = [
      {
        field: 'every',
        ...{ base: given.base?.every, file: given.file?.every, live: given.live?.every },
      },
    ];
    const failed = decided('fail');
    expect(failed?.outcome).toMatchObject({ kind: 'conflict', conflicts, changes: [] });
    expect([failed?.write, failed?.remember]).toEqual([undefined, undefined]);
    expect(decided('ours')?.outcome).toMatchObject({ kind: ours, conflicts, winner: 'file' });
    expect(decided('ours')?.write).toEqual(given.file ?? 'remove');
    expect(decided('theirs')?.outcome).toMatchObject({ kind: theirs, conflicts, winner: 'live' });
    expect(decided('theirs')?.write).toBeUndefined();
  });

  it('prunes what came from a file that is applied, and nothing else', () => {
    const prune = { ...FAIL, prune: true };
    const files = [{ source: 'b.yaml', schedules: [] }];
    expect(decideApply(situationOf({ base: A, live: A }), files, prune)).toEqual([]);
    expect(decideApply(situationOf({ live: A }), files, prune)).toEqual([]);
    const [step] = decideApply(situationOf({ base: A, live: A }, 'b.yaml'), files, prune);
    expect(step).toMatchObject({ outcome: { kind: 'removed' }, write: 'remove' });
    expect(step?.remember).toBe('forget');
  });

  it('leaves a schedule alone that went from one file to another', () => {
    const files = [
      { source: 'a.yaml', schedules: [] },
      { source: 'b.yaml', schedules: [A] },
    ];
    const steps = decideApply(situationOf({ base: A, live: A }), files, { ...FAIL, prune: true });
    expect(steps).toMatchObject([{ outcome: { kind: 'unchanged', source: 'b.yaml' } }]);
    expect(steps[0]?.remember).toEqual({ source: 'b.yaml', document: A });
  });

  it('forgets what is neither in a file nor on record, so that it can come back', () => {
    const step = decide({ base: A });
    expect([step?.outcome, step?.remember]).toEqual([undefined, 'forget']);
  });
});

describe('decideReset', () => {
  it('makes the record equal to the files, edits or not', () => {
    const live = { ...C, window: '2h' };
    const other = { ...A, name: 'other' };
    const situation = situationOf({ base: A, live });
    const all = {
      ...situation,
      live: new Map([...situation.live, ['other', { document: other, revision: 1 }]]),
    };
    const steps = decideReset(all, [fileOf({ file: B })]);
    expect(steps.map(({ write }) => write)).toEqual([B, 'remove']);
    expect(steps.map(({ outcome }) => outcome?.changes)).toEqual([
      [
        { field: 'every', from: '3h', to: '2h' },
        { field: 'window', from: '2h', to: undefined },
      ],
      [],
    ]);
  });
});

test('applied twice, a file changes nothing the second time', () => {
  const documents = scheduleDocuments().filter(holds);
  const maybe = fc.option(documents, { nil: undefined });
  const rules = fc.record({
    onConflict: fc.constantFrom('fail' as const, 'ours' as const, 'theirs' as const),
    prune: fc.boolean(),
  });
  fc.assert(
    fc.property(maybe, maybe, maybe, rules, (file, base, live, rule) => {
      const given = { ...(file && { file }), ...(base && { base }), ...(live && { live }) };
      const files = [fileOf(given)];
      const before = situationOf(given);
      const steps = decideApply(before, files, rule);
      if (steps.some(({ outcome }) => outcome?.kind === 'conflict')) {
        expect(rule.onConflict).toBe('fail');
        return;
      }
      const after = steps.reduce(taken, before);
      const again = decideApply(after, files, rule);
      expect(again.map(({ write }) => write)).toEqual(again.map(() => undefined));
      expect(again.reduce(taken, after)).toEqual(after);
      for (const { outcome, write } of steps) {
        if (typeof write !== 'object' || live === undefined) continue;
        expect(documentChanges(live, write)).toEqual(outcome?.changes);
      }
    }),
    { numRuns: 300 },
  );
});

function of(document: ScheduleDocument): AppliedDefinition {
  return { source: 'a.yaml', document };
}

/** The situation once a step is taken. */
function taken(situation: ApplySituation, { name, write, remember }: ApplyStep): ApplySituation {
  const live = new Map(situation.live);
  const applied = new Map(situation.applied);
  if (write === 'remove') live.delete(name);
  else if (write !== undefined) live.set(name, { document: write, revision: 8 });
  if (remember === 'forget') applied.delete(name);
  else if (remember !== undefined) applied.set(name, remember);
  return { live, applied };
}
