import { z } from '@hono/zod-openapi';
import { At } from './name.ts';

/** A job that is not started yet. */
const OutboxRow = z
  .object({
    seq: z.int(),
    id: z.string(),
    kind: z.string(),
    pool: z.string().optional(),
    session: z.string().optional(),
    state: z.enum(['waiting', 'dead']),
    enqueuedAt: At,
    tries: z.int(),
    deadAt: At.optional(),
    error: z.object({ code: z.string(), message: z.string() }).optional(),
  })
  .openapi('OutboxRow');

/** Rows of the outbox, and how many there are in all. */
export const OutboxList = z
  .object({
    rows: z.array(OutboxRow),
    counts: z.object({ waiting: z.int(), dead: z.int(), oldestMs: z.number().optional() }),
  })
  .openapi('OutboxList');

/** Rows that were changed. */
export const OutboxRows = z.object({ rows: z.array(OutboxRow) }).openapi('OutboxRows');
