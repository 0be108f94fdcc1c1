import { z } from '@hono/zod-openapi';
import type { CancelOptions } from '../../client/cancel-job.ts';
import { invalid } from '../../domain/errors.ts';
import { parseDuration } from '../../domain/duration.ts';
import { route } from '../api-route.ts';
import { Cancelled, JobPlace } from '../schemas/job.ts';
import { SubmittedJob } from '../schemas/job-submission.ts';
import { Name, Time } from '../schemas/name.ts';

const tag = 'jobs';
const LONGEST_WAIT_MS = 50_000;

const cancel = route({
  method: 'post',
  path: '/v1/jobs/{id}/cancel',
  tag,
  summary: 'Ask for the end of a job',
  description: 'A job that is closed stays as it is, which is no error: `requested` is false.',
  params: JobPlace,
  body: z
    .strictObject({
      wait: Time.optional().openapi({ description: 'Wait so long for its end; 50s at most.' }),
    })
    .openapi('CancelOrder'),
  answers: { 200: { description: 'How the job stands.', schema: Cancelled } },
  errors: ['job_not_found', 'temporal_unavailable'],
  async handle({ client, params: { id }, body: { wait = 0 } }) {
    if (parseDuration(wait, 'body.wait') > LONGEST_WAIT_MS) {
      throw invalid('body.wait', 'at most 50s', wait, 'ask again for a longer wait');
    }
    const cancelled = await client.jobs.cancel(id, { wait } as CancelOptions);
    const { requested, state } = cancelled;
    return { status: 200, body: { id, ...cancelled }, audit: { details: { requested, state } } };
  },
});

const retry = route({
  method: 'post',
  path: '/v1/jobs/{id}/retry',
  tag,
  summary: 'Start a job that has ended again',
  params: JobPlace,
  answers: { 201: { description: 'Its next generation is started.', schema: SubmittedJob } },
  errors: [
    'job_not_found',
    'job_exists',
    'job_closed',
    'session_slot_taken',
    'session_ended',
    'temporal_unavailable',
  ],
  async handle({ client, params }) {
    const { id, generation, isNew, warnings, holder } = await client.jobs.retry(params.id);
    return {
      status: 201,
      body: { id, generation, isNew, warnings, holder },
      audit: { details: { generation } },
    };
  },
});

const move = route({
  method: 'post',
  path: '/v1/jobs/{id}/move',
  tag,
  summary: 'Move a job that does not run to a node or a pool',
  params: JobPlace,
  body: z
    .union([z.strictObject({ node: Name }), z.strictObject({ pool: Name })])
    .openapi('JobMove'),
  answers: {
    200: {
      description: 'It is moved.',
      schema: z.object({ id: z.string(), warnings: z.array(z.string()) }).openapi('MovedJob'),
    },
  },
  errors: ['job_not_found', 'job_running', 'job_closed', 'temporal_unavailable'],
  async handle({ client, params: { id }, body }) {
    const { warnings } = await client.jobs.move(id, body);
    return { status: 200, body: { id, warnings }, audit: { details: body } };
  },
});

/** Routes that change jobs. */
export const jobOrderRoutes = [cancel, retry, move];
