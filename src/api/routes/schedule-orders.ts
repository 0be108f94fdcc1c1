import { z } from '@hono/zod-openapi';
import type { HoldfastClient } from '../../client/connect.ts';
import type { BackfillOptions } from '../../client/schedules/backfill-schedule.ts';
import type { Answer } from '../api-route.ts';
import { route } from '../api-route.ts';
import { Name } from '../schemas/name.ts';
import {
  AddedPlans,
  BackfilledPlans,
  BackfillOrder,
  PauseOrder,
  ResumeOrder,
  RetriedPlan,
  RetryOrder,
  TriggerOrder,
} from '../schemas/plan.ts';
import { OrderedSchedule, SchedulePlace } from '../schemas/schedule.ts';

const tag = 'schedules';
const params = SchedulePlace;
const ordered = { 200: { description: 'How the schedule stands.', schema: OrderedSchedule } };

const pause = route({
  method: 'post',
  path: '/v1/schedules/{name}/pause',
  tag,
  summary: 'Plan nothing until the schedule is resumed',
  params,
  body: PauseOrder,
  answers: ordered,
  errors: ['schedule_not_found'],
  handle: async ({ client, params: { name }, body, caller }) =>
    orderAnswer(await client.schedules.pause(name, { ...body, by: caller.who }), body),
});

const resume = route({
  method: 'post',
  path: '/v1/schedules/{name}/resume',
  tag,
  summary: 'End a pause, and say what becomes of its times',
  params,
  body: ResumeOrder,
  answers: ordered,
  errors: ['schedule_not_found'],
  handle: async ({ client, params: { name }, body: { policy } }) =>
    orderAnswer(await client.schedules.resume(name, policy === undefined ? {} : { policy }), {
      policy,
    }),
});

const trigger = route({
  method: 'post',
  path: '/v1/schedules/{name}/trigger',
  tag,
  summary: 'Run a schedule now, also while it is paused',
  params,
  headers: z.object({
    'Idempotency-Key': Name.optional().openapi({
      description: 'Sent again, it runs nothing: the answer has the plans of the first time.',
    }),
  }),
  body: TriggerOrder,
  answers: { 200: { description: 'The plans, which run at once.', schema: AddedPlans } },
  errors: ['schedule_not_found'],
  async handle({ client, headers, params: { name }, body: { scope } }) {
    const key = headers['Idempotency-Key'];
    const added = await client.schedules.trigger(name, {
      ...(scope === undefined ? {} : { scope }),
      ...(key === undefined ? {} : { key }),
    });
    const plans = added.map(({ time, ...plan }) => ({ ...plan, time: new Date(time) }));
    const details = { scope, plans: plans.length };
    return { status: 200, body: { plans }, audit: { details } };
  },
});

const backfill = route({
  method: 'post',
  path: '/v1/schedules/{name}/backfill',
  tag,
  summary: 'Run times of the past that never ran',
  description: 'Skipped times, too. What runs or has run is left alone; `force` runs it again.',
  params,
  body: BackfillOrder,
  answers: { 200: { description: 'What runs, or would run.', schema: BackfilledPlans } },
  errors: ['schedule_not_found', 'job_exists', 'job_closed', 'temporal_unavailable'],
  async handle({ client, params: { name }, body }) {
    const plans = await client.schedules.backfill(name, body as BackfillOptions);
    const details = { ...body, plans: plans.length };
    return { status: 200, body: { plans }, audit: { details } };
  },
});

const retry = route({
  method: 'post',
  path: '/v1/schedules/{name}/retry',
  tag,
  summary: 'Run a failed plan again',
  params,
  body: RetryOrder,
  answers: { 201: { description: 'The next generation of its job.', schema: RetriedPlan } },
  errors: [
    'schedule_not_found',
    'plan_not_found',
    'job_not_found',
    'job_closed',
    'job_exists',
    'temporal_unavailable',
  ],
  async handle({ client, params: { name }, body: { scope, time } }) {
    const plan = scope === undefined ? { time } : { scope, time };
    const { jobId, generation } = await client.schedules.retry(name, plan);
    return {
      status: 201,
      body: { jobId, generation },
      audit: { details: { ...plan, generation } },
    };
  },
});

type Warned = Awaited<ReturnType<HoldfastClient['schedules']['pause']>>;

function orderAnswer(
  { warnings, ...schedule }: Warned,
  details: Readonly<Record<string, unknown>>,
): Answer {
  return { status: 200, body: { schedule, warnings }, audit: { details } };
}

/** Routes that order schedules about. */
export const scheduleOrderRoutes = [pause, resume, trigger, backfill, retry];
