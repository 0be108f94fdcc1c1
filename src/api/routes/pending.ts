import { z } from '@hono/zod-openapi';
import type { PendingFilter } from '../../client/pending-jobs.ts';
import { route } from '../api-route.ts';
import { PendingList } from '../schemas/job.ts';
import { Limit, Name } from '../schemas/name.ts';

const list = route({
  method: 'get',
  path: '/v1/pending',
  tag: 'jobs',
  summary: 'List open jobs that do not run, with what they wait for, the longest first',
  query: z.strictObject({ pool: Name.optional(), limit: Limit }),
  answers: { 200: { description: 'The jobs.', schema: PendingList } },
  errors: ['temporal_unavailable'],
  async handle({ client, query }) {
    return { status: 200, body: await client.jobs.pending(query as PendingFilter) };
  },
});

/** The route that lists jobs that wait. */
export const pendingRoutes = [list];
