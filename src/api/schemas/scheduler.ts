import { z } from '@hono/zod-openapi';
import { outcomes } from './apply.ts';

const code = (value: string) => z.literal(value);
const message = z.string().openapi({ description: 'In words, for people.' });

/** Why nothing was reloaded. */
export const NotReloaded = z
  .object({
    message_code: code('CONSTRAINT_VIOLATION'),
    message,
    code: z.string().openapi({ description: 'A code of the error table.' }),
    details: z.record(z.string(), z.any()).openapi({
      description: 'Of a conflict: the schedules with their fields.',
    }),
  })
  .openapi('NotReloaded');

/** What a reload changed. */
export const Reloaded = z
  .object({ message_code: code('SUCCESS'), message, ...outcomes })
  .openapi('Reloaded');

/** Why the scheduler of old would have been off. */
export const SchedulerOff = z
  .object({ message_code: code('CONSTRAINT_VIOLATION'), message })
  .openapi('SchedulerOff');

/** The schedules as the earlier system listed its jobs. */
export const SchedulerJobs = z
  .object({
    message_code: code('SUCCESS'),
    message,
    jobs: z.array(
      z
        .object({
          id: z.string(),
          name: z.string(),
          trigger: z.string().openapi({ example: 'cron 0 2 * * * Europe/Berlin' }),
          next_run_time: z.string().nullable().openapi({
            format: 'date-time',
            description: 'null: it is paused, or not known yet.',
          }),
          paused: z.boolean(),
          revision: z.int(),
        })
        .openapi('SchedulerJob'),
    ),
  })
  .openapi('SchedulerJobs');
