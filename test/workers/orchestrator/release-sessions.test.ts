import type { Client } from '@temporalio/client';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ControlEvents } from '../../../src/activities/control/control-events.ts';
import { PLACE_AGAIN_SIGNAL } from '../../../src/domain/messages.ts';
import type { ReleasedSession } from '../../../src/ledger/release-due.ts';
import { releaseSessions } from '../../../src/workers/orchestrator/release-sessions.ts';
import { eventually } from '../../support/eventually.ts';

describe('the release of due sessions', () => {
  it('counts what was passed over, and tells the jobs whose turn it is', async () => {
    const turn = { jobId: 'b', generation: 2, workflowId: 'job#2/b' };
    const batches: ReleasedSession[][] = [
      [
        { id: 's', skipped: 3, turn: { ...turn, jobId: 'gone' } },
        { id: 't', skipped: 1, turn },
      ],
    ];
    const told: string[] = [];
    const skipped: unknown[] = [];
    const getHandle = (workflowId: string) => ({
      signal: (signal: string): Promise<void> => {
        if (workflowId === 'job#2/gone') return Promise.reject(new Error('not reached'));
        told.push(`${workflowId} ${signal}`);
        return Promise.resolve();
      },
    });
    const loop = releaseSessions(
      { releaseDue: () => Promise.resolve(batches.shift() ?? []) },
      { workflow: { getHandle } } as unknown as Client,
      {
        indexesSkipped: (by: unknown, count: number) => void skipped.push([by, count]),
      } as unknown as ControlEvents,
      pino({ level: 'silent' }),
    );
    onTestFinished(() => loop.stop());
    await eventually(() => told.length > 0);
    expect(told).toEqual([`job#2/b ${PLACE_AGAIN_SIGNAL}`]);
    expect(skipped).toEqual([
      [{ session: 's' }, 3],
      [{ session: 't' }, 1],
    ]);
  });
});
