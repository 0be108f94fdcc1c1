import { randomUUID } from 'node:crypto';
import { checkName } from '../domain/check.ts';
import type { JobDefinition } from '../handlers/define-job.ts';
import type { Connections } from './connections.ts';
import type { JobHandle } from './job-handle.ts';
import { jobHandle } from './job-handle.ts';
import type { SubmitOptions } from './job-request.ts';
import { givenOptions, jobRequest } from './job-request.ts';
import { pinWarnings } from './pin-warnings.ts';
import { startInSession } from './start-in-session.ts';

/** See `JobsClient.submit`. */
export async function submitJob(
  connections: Connections,
  kind: JobDefinition | string,
  input: unknown,
  options: SubmitOptions = {},
): Promise<JobHandle<never>> {
  const id = checkName(options.id ?? randomUUID(), 'id');
  const request = await jobRequest(id, kind, input, options);
  const [warnings, started] = await Promise.all([
    pinWarnings(connections.ledger, request),
    startInSession(connections, id, request, {
      dedupe: options.dedupe,
      given: givenOptions(options),
    }),
  ]);
  return jobHandle(connections, started, warnings);
}
