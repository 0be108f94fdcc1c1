import { eachAtOnce } from '../../domain/each-at-once.ts';
import type { HoldfastClient } from '../../client/connect.ts';
import type { z } from '@hono/zod-openapi';
import { route } from '../api-route.ts';
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
    'understood submits nothing.',
  body: BulkSubmission,
  bodyLimit: BULK_LIMIT_BYTES,
  answers: { 200: { description: 'What became of each job.', schema: BulkAnswers } },
  async handle({ client, body: { jobs }, signal }) {
    const answers = await eachAtOnce([...jobs.entries()], SUBMITS_AT_ONCE, async ([index, job]) => {
      signal.throwIfAborted();
      return { index, ...(await answerOf(client, job)) };
    });
    const failed = answers.filter((answer) => 'error' in answer).length;
    const counts = { submitted: answers.length - failed, failed };
    return {
      status: 200,
      body: { ...counts, answers },
      audit: { details: counts },
    };
  },
});

async function answerOf(
  client: HoldfastClient,
  job: z.output<typeof JobSubmission>,
): Promise<object> {
  try {
    const { id, generation, isNew, warnings } = await submitOne(client, job);
    return { id, generation, isNew, warnings };
  } catch (error) {
    const { code, message, hint } = answerable(error);
    return { id: job.id, error: { code, message, hint } };
  }
}

/** The route that submits many jobs. */
export const bulkRoutes = [bulk];
