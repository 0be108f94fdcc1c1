import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RETENTION_DEFAULTS } from '../../../src/domain/retention.ts';
import type { PruneCounts } from '../../../src/ledger/prune.ts';
import { pruneLedger } from '../../../src/workers/orchestrator/prune.ts';
import { eventually } from '../../support/eventually.ts';

const EMPTY: PruneCounts = { jobs: 0, attempts: 0, payloads: 0, fences: 0, audit: 0 };

/** A clean-up every millisecond of a ledger that answers what it is given, then nothing. */
function cleanUp(answers: (PruneCounts | Error)[]) {
  const lines: Record<string, unknown>[] = [];
  const counted: [string, number][] = [];
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line) as (typeof lines)[0]) });
  let calls = 0;
  const prune = (): Promise<PruneCounts> => {
    calls++;
    const answer = answers.shift() ?? EMPTY;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const retention = { ...RETENTION_DEFAULTS, intervalMs: 1 };
  const pruned = (what: string, count: number) => void counted.push([what, count]);
  const loop = pruneLedger({ prune }, retention, { pruned }, log);
  onTestFinished(() => loop.stop());
  return { loop, lines, counted, calls: () => calls };
}

describe('the clean-up', () => {
  it('goes on until a batch is empty, counts each, and logs them as one', async () => {
    const { lines, counted } = cleanUp([
      { ...EMPTY, jobs: 500, attempts: 3 },
      { ...EMPTY, jobs: 7, fences: 1 },
      { ...EMPTY, audit: 2 },
    ]);
    await eventually(() => lines.length > 0);
    const total = {
      msg: 'ledger.pruned',
      jobs: 507,
      attempts: 3,
      payloads: 0,
      fences: 1,
      audit: 2,
    };
    expect(lines).toMatchObject([total]);
    expect(counted).toEqual([
      ['jobs', 500],
      ['attempts', 3],
      ['jobs', 7],
      ['fences', 1],
      ['audit', 2],
    ]);
  });

  it('logs once that the ledger is away, goes on, and logs that it is back', async () => {
    const away = new Error('away');
    const { lines, calls } = cleanUp([away, away, away, { ...EMPTY, jobs: 1 }]);
    await eventually(() => calls() > 5);
    expect(lines).toMatchObject([
      { msg: 'loop.failing', loop: 'prune' },
      { msg: 'ledger.pruned', jobs: 1 },
      { msg: 'loop.works_again', loop: 'prune' },
    ]);
  });

  it('does nothing more once it is stopped', async () => {
    const { loop, calls } = cleanUp([]);
    await eventually(() => calls() > 0);
    await loop.stop();
    const before = calls();
    await loop.stop();
    expect(calls()).toBe(before);
  });
});
