import { z } from '@hono/zod-openapi';
import type { OutboxListOptions } from '../../client/outbox.ts';
import { HoldfastError, show } from '../../domain/errors.ts';
import type { Answer } from '../api-route.ts';
import { route } from '../api-route.ts';
import { JobPlace } from '../schemas/job.ts';
import { Limit, Name } from '../schemas/name.ts';
import { OutboxList, OutboxRows } from '../schemas/outbox.ts';

const tag = 'outbox';

const list = route({
  method: 'get',
  path: '/v1/outbox',
  tag,
  summary: 'List jobs that are enqueued and not started yet, the first first',
  query: z.strictObject({
    state: z.enum(['waiting', 'dead']).optional(),
    kind: Name.optional(),
    limit: Limit,
  }),
  answers: { 200: { description: 'The rows, and how many there are.', schema: OutboxList } },
  async handle({ client, query }) {
    const [rows, counts] = await Promise.all([
      client.outbox.list(query as OutboxListOptions),
      client.outbox.counts(),
    ]);
    return { status: 200, body: { rows, counts } };
  },
});

const retry = route({
  method: 'post',
  path: '/v1/outbox/{id}/retry',
  tag,
  summary: 'Make the dead rows of a job due again',
  params: JobPlace,
  answers: { 200: { description: 'The rows.', schema: OutboxRows } },
  errors: ['job_not_found'],
  handle: async ({ client, params: { id } }) =>
    changed(id, await client.outbox.retry({ ids: [id] })),
});

const drop = route({
  method: 'delete',
  path: '/v1/outbox/{id}',
  tag,
  summary: 'Take the dead rows of a job out: it never runs',
  params: JobPlace,
  answers: { 200: { description: 'The rows.', schema: OutboxRows } },
  errors: ['job_not_found'],
  handle: async ({ client, params: { id } }) =>
    changed(id, await client.outbox.drop({ ids: [id] })),
});

function changed(id: string, rows: readonly { readonly seq: number }[]): Answer {
  if (rows.length > 0) {
    return {
      status: 200,
      body: { rows },
      audit: { details: { seqs: rows.map(({ seq }) => seq) } },
    };
  }
  throw new HoldfastError('job_not_found', `no dead row of the outbox is of job ${show(id)}`, {
    hint: 'see GET /v1/outbox?state=dead',
    details: { job: id },
  });
}

/** Routes of the outbox. */
export const outboxRoutes = [list, retry, drop];
