import { z } from '@hono/zod-openapi';
import { HIGHEST_INDEX } from '../../domain/session.ts';
import { AnyJson, At, Name, Time } from './name.ts';

/** What a path names a session by. */
export const SessionPlace = z.object({ id: Name });

/** A session to create. */
export const NewSession = z
  .strictObject({
    id: Name,
    gap: z
      .union([z.literal('wait'), z.strictObject({ skipAfter: Time })])
      .optional()
      .openapi({ description: 'What becomes of results behind an index that is missing.' }),
    concurrency: z
      .literal(1)
      .optional()
      .openapi({ description: 'An index starts only when the one before it is closed.' }),
  })
  .openapi('NewSession');

/** Where a session ends. */
export const SessionEnd = z
  .strictObject({
    count: z
      .int()
      .min(0)
      .max(HIGHEST_INDEX + 1),
  })
  .openapi('SessionEnd');

const sessionFields = {
  id: z.string(),
  skipAfterMs: z.int().optional(),
  isStrict: z.boolean(),
  cursor: z
    .int()
    .openapi({ description: 'The last index that was released; -1 before the first.' }),
  count: z.int().optional().openapi({ description: 'How many indexes it has, once it is closed.' }),
  createdAt: At,
  gapSince: At.optional(),
  skipAt: At.optional(),
  endedAt: At.optional(),
};

/** One page of sessions. */
export const SessionList = z
  .object({
    sessions: z.array(z.object(sessionFields).openapi('Session')),
    cursor: z.string().optional().openapi({ description: 'There when more follow.' }),
  })
  .openapi('SessionList');

/** A session with all that is known of it. */
export const SessionView = z
  .object({
    ...sessionFields,
    slots: z.object({ taken: z.int(), filled: z.int(), released: z.int() }),
  })
  .openapi('SessionView');

/** What a session holds at one index. */
const SessionItem = z
  .object({
    index: z.int(),
    job: z.string().optional(),
    state: z.enum(['succeeded', 'failed', 'cancelled', 'skipped', 'pruned']),
    result: AnyJson.optional(),
    error: z.object({ code: z.string(), message: z.string() }).loose().optional(),
  })
  .openapi('SessionItem');

/** What a session has released, in order. */
export const SessionResults = z
  .object({
    items: z.array(SessionItem),
    after: z.int().openapi({ description: 'What to give as `after` for the next ones.' }),
  })
  .openapi('SessionResults');
