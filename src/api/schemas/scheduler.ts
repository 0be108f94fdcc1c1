import { z } from '@hono/zod-openapi';

const code = (value: string) => z.literal(value);
const message = z.string().openapi({ description: 'In words, for people.' });

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
