import { z } from '@hono/zod-openapi';
import type { HoldfastClient } from '../../client/connect.ts';
import { eachAtOnce } from '../../domain/each-at-once.ts';
import { route } from '../api-route.ts';
import { interrupted } from '../interrupted.ts';
import { answerable } from '../problem.ts';
import type { JobSubmission } from '../schemas/job-submission.ts';
import { BulkAnswers, BulkSubmission } from '../schemas/job-submission.ts';
import { Name } from '../schemas/name.ts';
import { submitOne } from '../submit-one.ts';

const SUBMITS_AT_ONCE = 32;
const BULK_LIMIT_BYTES = 64 * 1024 * 1024;
/** An id has at most 200 characters, and `/9999` follows. */
const LONGEST_KEY = 195;

const bulk = route({
  method: 'post',
  path: '/v1/jobs/bulk',
  tag: 'jobs',
  summary: 'Submit many jobs',
  description:
    'Each job is answered by itself: one that is refused holds up no other. A request that is not ' +
    'understood submits nothing. When the API stops half way, the rest is answered with `interrupted`.',
  headers: z.object({
    'Idempotency-Key': Name.max(LONGEST_KEY).optional().openapi({
      description: 'A job without an id gets `<key>/<index>`, by its place in the list.',
    }),
  }),
  body: BulkSubmission,
  bodyLimit: BULK_LIMIT_BYTES,
  answers: { 200: { description: 'What became of each job.', schema: BulkAnswers } },
  async handle({ client, headers, body: { jobs }, signal }) {
    const given = withIds(jobs, headers['Idempotency-Key']);
    let isCut = false;
    const answers = await eachAtOnce(
      [...given.entries()],
      SUBMITS_AT_ONCE,
      async ([index, job]) => {
        if (!signal.aborted) return { index, ...(await answerOf(client, job)) };
        // What is under way ends; the rest is told, so that the caller can send it again.
        isCut = true;
        return { index, ...failed(job, interrupted()) };
      },
    );
    const targets = answers.flatMap((answer) => ('error' in answer ? [] : [answer.id]));
    const counts = { submitted: targets.length, failed: answers.length - targets.length };
    const audit = { details: counts, targets, ...(isCut ? CUT_SHORT : {}) };
    return { status: 200, body: { ...counts, answers }, audit };
  },
});

type Submission = z.output<typeof JobSubmission>;

const CUT_SHORT = { outcome: 'interrupted' } as const;

function withIds(jobs: readonly Submission[], key: string | undefined): readonly Submission[] {
  if (key === undefined) return jobs;
  return jobs.map((job, index) => ({ ...job, id: job.id ?? `${key}/${index}` }));
}

async function answerOf(client: HoldfastClient, job: Submission) {
  try {
    const { id, generation, isNew, warnings } = await submitOne(client, job);
    return { id, generation, isNew, warnings };
  } catch (error) {
    return failed(job, error);
  }
}

function failed({ id }: Submission, error: unknown) {
  const { code, message, hint } = answerable(error);
  return { id, error: { code, message, hint } };
}

/** The route that submits many jobs. */
export const bulkRoutes = [bulk];
