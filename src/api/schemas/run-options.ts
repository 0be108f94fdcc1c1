import { z } from '@hono/zod-openapi';
import { ON_OFFLINE } from '../../domain/job.ts';
import { Name, Time } from './name.ts';

/** A whole number of at least `least`. */
export const count = (least: number) => z.int().min(least).max(Number.MAX_SAFE_INTEGER);

/** Labels of nodes. */
export const Labels = z.record(Name, z.string());

/** The node that a job is to run on. */
export const Pin = z.strictObject({
  node: Name,
  onOffline: z.enum(ON_OFFLINE).optional(),
  after: Time.optional(),
});

/** How often a lost job runs elsewhere. */
export const Failover = z.strictObject({
  maxAttempts: count(0).optional(),
  crashBudget: count(1).optional(),
});

/** The heartbeat of an attempt, or that of its node. */
export const Heartbeat = z.union([Time, z.literal('lease')]);

const limitKey = Name.optional().openapi({ description: 'Jobs of one key share it; the kind.' });

/** At most so many jobs of a key at the same time. */
export const Concurrency = z.strictObject({ key: limitKey, limit: count(1) });

/** At most so many starts of a key within a stretch of time, which the two who ask name differently. */
export const rateFields = { key: limitKey, limit: z.int().min(1).max(10_000) };

/** How much of which resources a job holds while it runs. */
export const Resources = z
  .record(Name, count(1))
  .openapi({ description: 'How much of which resources it holds while it runs, or waits for.' });

/** Who goes first. */
export const Priority = z.int().min(1).max(5).openapi({ description: '1 goes before 5.' });

/** Jobs of one queue are taken in turn over these. */
export const FairnessKey = z
  .string()
  .min(1)
  .max(64)
  .openapi({ description: 'Jobs on a queue are taken in turn over these keys; at most 64 bytes.' });
