import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { enqueue } from '../dist/index.js';
import type pg from 'pg';
import { quantile, rounded } from './quantile.ts';

interface Servers {
  readonly db: pg.Client;
  readonly temporal: { readonly address: string; readonly namespace: string };
}

/** From a row's `enqueued_at` to the start of its workflow, for jobs in transactions of their own. */
export async function relayLags(
  { db, temporal }: Servers,
  { jobs, perSecond }: { readonly jobs: number; readonly perSecond: number },
): Promise<{ p50: number; p99: number }> {
  const enqueuedAt = new Map<string, Date>();
  const startedAt = performance.now();
  for (let n = 0; n < jobs; n++) {
    const dueMs = startedAt + (n * 1000) / perSecond - performance.now();
    if (dueMs > 0) await delay(dueMs);
    const id = randomUUID();
    await db.query('begin');
    await enqueue(db, 'no-op', { n }, { id, pool: 'bench' });
    const { rows } = await db.query<{ enqueued_at: Date }>(
      'select enqueued_at from holdfast.outbox where job_id = $1',
      [id],
    );
    await db.query('commit');
    enqueuedAt.set(id, rows[0]!.enqueued_at);
  }
  await emptied(db);
  const lags = await lagsOf(temporal, enqueuedAt);
  return { p50: rounded(quantile(lags, 0.5)), p99: rounded(quantile(lags, 0.99)) };
}

async function emptied(db: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await db.query('select 1 from holdfast.outbox limit 1');
    if (rows.length === 0) return;
    await delay(20);
  }
}

async function lagsOf(
  { address, namespace }: Servers['temporal'],
  enqueuedAt: ReadonlyMap<string, Date>,
): Promise<number[]> {
  const connection = await Connection.connect({ address });
  const { workflow } = new Client({ connection, namespace });
  const lags: number[] = [];
  try {
    for (const [id, at] of enqueuedAt) {
      const { startTime } = await workflow.getHandle(`job/${id}`).describe();
      lags.push(startTime.getTime() - at.getTime());
    }
  } finally {
    await connection.close();
  }
  return lags;
}
