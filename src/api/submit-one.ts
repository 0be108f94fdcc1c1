import type { z } from '@hono/zod-openapi';
import type { HoldfastClient } from '../client/connect.ts';
import type { JobHandle } from '../client/job-handle.ts';
import type { SubmitOptions } from '../client/job-request.ts';
import type { JobSubmission } from './schemas/job-submission.ts';

/** Submits a job as a request describes it. See `JobsClient.submit`. */
export function submitOne(
  { jobs }: HoldfastClient,
  { kind, input, ...options }: z.output<typeof JobSubmission>,
): Promise<JobHandle<unknown>> {
  // The schema has checked what the type cannot say of JSON, such as a list of just two times.
  return jobs.submit(kind, input, options as unknown as SubmitOptions & { pool: string });
}
