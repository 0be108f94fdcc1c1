import { expect, test } from 'vitest';
import { audited } from '../../src/client/audited.ts';
import type { AuditEnd, AuditStart } from '../../src/domain/access.ts';
import { HoldfastError } from '../../src/domain/errors.ts';

const AWAY = new HoldfastError('ledger_unavailable', 'away');

/** An audit that keeps in memory what it is told, and refuses what it shall. */
function memory(refuses: { start?: boolean; end?: boolean } = {}) {
  const told: (AuditStart | AuditEnd)[] = [];
  const startAudit = (start: AuditStart) =>
    refuses.start === true ? Promise.reject(AWAY) : Promise.resolve(told.push(start));
  const endAudit = (_id: number, end: AuditEnd) => {
    if (refuses.end === true) return Promise.reject(AWAY);
    told.push(end);
    return Promise.resolve();
  };
  return { told, access: { startAudit, endAudit } };
}

test('a change is on record before it is made, and its end afterwards', async () => {
  const { told, access } = memory();
  const change = { what: 'POST /v1/jobs', by: 'ann', target: (id: string) => id };
  const start = { who: 'ann', role: undefined, what: 'POST /v1/jobs', target: undefined };
  const work = () => {
    expect(told).toEqual([start]);
    return Promise.resolve('job-1');
  };
  const details = (id: string) => ({ letters: id.length });
  expect(await audited(access, work, { ...change, details })).toBe('job-1');
  expect(told[1]).toEqual({ outcome: 'done', target: 'job-1', details: { letters: 5 } });
});

test.each([
  [new HoldfastError('job_closed', 'closed'), 'job_closed'],
  [new TypeError('boom'), 'internal'],
])('what failed with %o is on record as %s', async (error, outcome) => {
  const { told, access } = memory();
  const change = { what: 'sweep', details: () => ({ never: 'told' }) };
  await expect(audited(access, () => Promise.reject(error), change)).rejects.toBe(error);
  expect(told[1]).toEqual({ outcome });
});

test('nothing is changed without a record, nor in the name of nobody', async () => {
  const refuse = () => Promise.reject(new Error('it was made'));
  const deaf = memory({ start: true });
  await expect(audited(deaf.access, refuse, { what: 'sweep' })).rejects.toBe(AWAY);
  const { told, access } = memory();
  await expect(audited(access, refuse, { what: 'sweep', by: '' })).rejects.toMatchObject({
    code: 'invalid_input',
    details: { path: 'by' },
  });
  expect(told).toEqual([]);
});

test('the caller hears of what was done even if its end does not get on record', async () => {
  const { access } = memory({ end: true });
  expect(await audited(access, () => Promise.resolve(1), { what: 'sweep' })).toBe(1);
  const failed = new Error('boom');
  await expect(audited(access, () => Promise.reject(failed), { what: 'sweep' })).rejects.toBe(
    failed,
  );
});

test('a target that is too long for any name is cut, so that it can be recorded', async () => {
  const { told, access } = memory();
  await audited(access, () => Promise.resolve(1), { what: 'sweep', target: 'x'.repeat(10_000) });
  expect(told[0]).toMatchObject({ target: 'x'.repeat(300) });
});
