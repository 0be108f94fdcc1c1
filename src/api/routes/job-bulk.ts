import type { z } from '@hono/zod-openapi';
import type { HoldfastClient } from '../../client/connect.ts';
import { eachAtOnce } from '../../domain/each-at-once.ts';
import { route } from '../api-route.ts';
import { interrupted } from '../interrupted.ts';
import { answerable } from '../problem.ts';
import type { JobSubmission } from '../schemas/job-submission.ts';
import { BulkAnswers, BulkSubmission } from '../schemas/job-submission.ts';
import { submitOne } from '../submit-one.ts';

const SUBMITS_AT_ONCE = 32;
const BULK_LIMIT_BYTES = 64 * 1024 * 1024;

const bulk = route({
  method: 'post',
  path: '/v1/jobs/bulk',
  tag: 'jobs',
  summary: 'Submit many jobs',
  description:
    'Each job is answered by itself: one that is refused holds up no other. A request that is not ' +
    'understood submits nothing. When the API stops half way, the rest is answered with `interrupted`.',
  body: BulkSubmission,
  bodyLimit: BULK_LIMIT_BYTES,
  answers: { 200: { description: 'What became of each job.', schema: BulkAnswers } },
  async handle({ client, body: { jobs }, signal }) {
    let isCut = false;
    const answers = await eachAtOnce(
      [...jobs.entries()],
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
