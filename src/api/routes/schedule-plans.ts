import { z } from '@hono/zod-openapi';
import type { HistoryOptions } from '../../client/schedules/plan-history.ts';
import type { PreviewOptions } from '../../client/schedules/preview.ts';
import { PLAN_HISTORY_STATES } from '../../domain/schedule.ts';
import { route } from '../api-route.ts';
import { Cursor, GivenTime, Limit, Name, queryNumber } from '../schemas/name.ts';
import { PlanList, Preview } from '../schemas/plan.ts';
import { SchedulePlace } from '../schemas/schedule.ts';

const tag = 'schedules';
const params = SchedulePlace;

const preview = route({
  method: 'get',
  path: '/v1/schedules/{name}/preview',
  tag,
  summary: 'Show the times to come',
  params,
  query: z.strictObject({
    from: GivenTime.optional().openapi({ description: 'Now, when left out.' }),
    to: GivenTime.optional(),
    limit: queryNumber(1, 200, 20),
  }),
  answers: {
    200: { description: 'The times, with those that a clock change skips.', schema: Preview },
  },
  errors: ['schedule_not_found'],
  handle: async ({ client, params: { name }, query }) => ({
    status: 200,
    body: { times: await client.schedules.preview(name, query as PreviewOptions) },
  }),
});

const history = route({
  method: 'get',
  path: '/v1/schedules/{name}/history',
  tag,
  summary: 'Tell what became of a schedule’s times, the newest first; also when it was removed',
  params,
  query: z.strictObject({
    scope: Name.max(100).optional(),
    state: z.enum(PLAN_HISTORY_STATES).optional(),
    since: GivenTime.optional().openapi({ description: 'Times from then on.' }),
    until: GivenTime.optional().openapi({ description: 'Times up to then.' }),
    limit: Limit,
    cursor: Cursor,
  }),
  answers: { 200: { description: 'One page of plans.', schema: PlanList } },
  errors: ['schedule_not_found'],
  handle: async ({ client, params: { name }, query }) => ({
    status: 200,
    body: await client.schedules.history(name, query as HistoryOptions),
  }),
});

/** Routes that tell of a schedule's times. */
export const schedulePlanRoutes = [preview, history];
