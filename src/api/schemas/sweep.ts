import { z } from '@hono/zod-openapi';
import { SWEEP_STRATEGIES } from '../../domain/sweep.ts';
import { Time } from './name.ts';

/** How to sweep. */
export const SweepOrder = z
  .strictObject({
    dryRun: z.boolean().optional().openapi({ description: 'Only tell what would be done.' }),
    olderThan: Time.optional().openapi({
      description: 'Leave open jobs alone that are younger; 30s, when left out.',
    }),
  })
  .openapi('SweepOrder');

const recovery = {
  strategy: z.enum(SWEEP_STRATEGIES),
  job: z.string().optional(),
  generation: z.int().optional(),
  what: z.string().openapi({ description: 'What was wrong, and what was done.' }),
};

const Counts = z.object({ looked: z.int(), recovered: z.int() });

/** What a sweep found. */
export const Swept = z
  .object({
    isDryRun: z.boolean(),
    strategies: z.object({
      pending: Counts,
      orphan: Counts,
      timeout: Counts,
      stale_allocation: Counts,
    } satisfies Record<(typeof SWEEP_STRATEGIES)[number], z.ZodType>),
    recoveries: z.array(z.object(recovery).openapi('Recovery')).openapi({
      description: 'The first 1000; the counts are of all.',
    }),
    troubles: z
      .array(z.object({ ...recovery, code: z.string() }).openapi('SweepTrouble'))
      .openapi({ description: 'What differs and could not be repaired; the first 1000.' }),
  })
  .openapi('Swept');
