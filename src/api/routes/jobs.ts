import { z } from '@hono/zod-openapi';
import { toHoldfastError } from '../../client/job-error.ts';
import type { ListOptions } from '../../client/list-jobs.ts';
import { HoldfastError } from '../../domain/errors.ts';
import { JOB_STATES } from '../../domain/job.ts';
import { route } from '../api-route.ts';
import { jobBody } from '../json-of.ts';
import { JobExplanation, JobList, JobPlace, JobResult, JobView, OpenJob } from '../schemas/job.ts';
import { JobSubmission, SubmittedJob } from '../schemas/job-submission.ts';
import { Cursor, Limit, Name, queryNumber } from '../schemas/name.ts';
import { submitOne } from '../submit-one.ts';

const tag = 'jobs';
/** Under the minute after which proxies cut what is silent. */
const LONGEST_WAIT_MS = 50_000;

const submit = route({
  method: 'post',
  path: '/v1/jobs',
  tag,
  summary: 'Submit a job',
  description:
    'A second submit of an id starts nothing: it answers with the first one’s job, whatever its ' +
    'input, unless `dedupe` or `horizon` say otherwise. The input is checked on the node only.',
  headers: z.object({
    'Idempotency-Key': Name.optional().openapi({
      description: 'The id of the job, when the body has none.',
    }),
  }),
  body: JobSubmission,
  answers: {
    201: { description: 'The job is started.', schema: SubmittedJob },
    200: { description: 'The job was there.', schema: SubmittedJob },
  },
  errors: [
    'payload_too_large',
    'job_exists',
    'session_slot_taken',
    'session_ended',
    'temporal_unavailable',
  ],
  async handle({ client, headers, body }) {
    const { kind, pool, session } = body;
    const id = body.id ?? headers['Idempotency-Key'];
    const job = await submitOne(client, { ...body, ...(id === undefined ? {} : { id }) });
    const { generation, isNew, warnings, holder } = job;
    return {
      status: isNew ? 201 : 200,
      body: { id: job.id, generation, isNew, warnings, holder },
      audit: {
        target: job.id,
        details: { kind, pool, session, generation, isNew },
      },
    };
  },
});

const list = route({
  method: 'get',
  path: '/v1/jobs',
  tag,
  summary: 'List jobs, the newest first',
  query: z.strictObject({
    state: z.enum(JOB_STATES).optional(),
    kind: Name.optional(),
    pool: Name.optional(),
    session: Name.optional(),
    limit: Limit,
    cursor: Cursor,
  }),
  answers: { 200: { description: 'One page of jobs.', schema: JobList } },
  errors: ['temporal_unavailable'],
  handle: async ({ client, query }) => ({
    status: 200,
    body: await client.jobs.list(query as ListOptions),
  }),
});

const get = route({
  method: 'get',
  path: '/v1/jobs/{id}',
  tag,
  summary: 'Show a job',
  params: JobPlace,
  query: z.strictObject({
    generation: queryNumber(1, 2 ** 31 - 1, 0).openapi({
      type: 'integer',
      minimum: 1,
      maximum: 2 ** 31 - 1,
      description: 'Which start of the id; the newest, when left out.',
      default: undefined,
    }),
  }),
  answers: { 200: { description: 'The job.', schema: JobView } },
  errors: ['job_not_found', 'temporal_unavailable'],
  handle: async ({ client, params, query: { generation } }) => ({
    status: 200,
    body: jobBody(await client.jobs.get(params.id, generation === 0 ? {} : { generation })),
  }),
});

const result = route({
  method: 'get',
  path: '/v1/jobs/{id}/result',
  tag,
  summary: 'Get what a job returned, or how it failed',
  params: JobPlace,
  query: z.strictObject({
    waitMs: queryNumber(0, LONGEST_WAIT_MS, 0).openapi({
      description: 'How long to wait for the end of the job.',
    }),
  }),
  answers: {
    200: { description: 'What the job returned.', schema: JobResult },
    202: { description: 'The job has not ended yet.', schema: OpenJob },
  },
  errors: [
    'job_not_found',
    'job_failed',
    'job_cancelled',
    'result_pruned',
    // What a job fails with may be any code: the ones with a status of their own.
    'unknown_kind',
    'payload_too_large',
    'temporal_unavailable',
  ],
  async handle({ client, params: { id }, query: { waitMs }, signal }) {
    const job = await client.jobs.get(id);
    if (job.state !== 'open') {
      if (job.error !== undefined) throw toHoldfastError(id, job.error);
      return { status: 200, body: { id, result: job.result ?? null } };
    }
    const open = { status: 202, body: { id, state: 'open' } };
    if (waitMs === 0) return open;
    try {
      const value = await client.jobs.result(id, { timeout: waitMs, signal });
      return { status: 200, body: { id, result: value ?? null } };
    } catch (error) {
      if (error instanceof HoldfastError && error.code === 'result_timeout') return open;
      // The API stops, or the caller has gone: the wait is over, and the job goes on.
      if (signal.aborted && error === signal.reason) return open;
      throw error;
    }
  },
});

const explain = route({
  method: 'get',
  path: '/v1/jobs/{id}/explain',
  tag,
  summary: 'Tell what a job waits for, and its whole story',
  params: JobPlace,
  answers: { 200: { description: 'The job and its story.', schema: JobExplanation } },
  errors: ['job_not_found', 'temporal_unavailable'],
  async handle({ client, params }) {
    const { job, ...explanation } = await client.jobs.explain(params.id);
    return { status: 200, body: { job: jobBody(job), ...explanation } };
  },
});

/** Routes that submit and read jobs. */
export const jobRoutes = [submit, list, get, result, explain];
