import { describe, expect, it } from 'vitest';
import type { Connections } from '../../../src/client/connections.ts';
import { backfillSchedule } from '../../../src/client/schedules/backfill-schedule.ts';
import { resolveDefinition } from '../../../src/domain/schedule-definition.ts';

// Far from the clock of this process: what is due is told by the database's.
const NOW = Date.UTC(2040, 0, 1, 12, 30);

/** A ledger that has a schedule, and no plan. */
function connectionsTo(fields: object): Connections {
  const definition = resolveDefinition({ name: 's', kind: 'k', pool: 'p', every: '1h', ...fields });
  return {
    ledger: {
      schedules: {
        scopesToPlan: () => Promise.resolve({ definition, now: NOW }),
        history: () => Promise.resolve({ plans: [], cursor: undefined }),
      },
    },
  } as unknown as Connections;
}

async function times(fields: object, from: string, to: string): Promise<string[]> {
  const range = { from: new Date(from), to: new Date(to), dryRun: true };
  const plans = await backfillSchedule(connectionsTo(fields), 's', range);
  return plans.map(({ time }) => time.toISOString().slice(11, 16));
}

describe('a backfill', () => {
  it('has no times to come, by the clock of the database', async () => {
    const wanted = await times({}, '2040-01-01T10:00:00Z', '2040-01-02T00:00:00Z');
    expect(wanted).toEqual(['10:00', '11:00', '12:00']);
  });

  it('has no times whose delay is not over', async () => {
    const fields = { delay: '2h' };
    const wanted = await times(fields, '2040-01-01T09:00:00Z', '2040-01-02T00:00:00Z');
    expect(wanted).toEqual(['09:00', '10:00']);
    await expect(times(fields, '2040-01-01T11:00:00Z', '2040-01-02T00:00:00Z')).rejects.toThrow(
      'from: expected not later than 2040-01-01T10:30:00Z',
    );
  });
});
