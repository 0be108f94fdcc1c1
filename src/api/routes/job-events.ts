import { setTimeout as delay } from 'node:timers/promises';
import type { HoldfastClient } from '../../client/connect.ts';
import type { JobView } from '../../client/job-view.ts';
import { route } from '../api-route.ts';
import type { ServerEvent } from '../event-stream.ts';
import { answerable } from '../problem.ts';
import { JobPlace } from '../schemas/job.ts';
import { AnyJson } from '../schemas/name.ts';

/** Each look is a query to the job's workflow. */
const POLL_MS = 500;
/** While nothing is new, each look is twice as long in coming as the one before, up to this. */
const LONGEST_POLL_MS = 2_000;

const events = route({
  method: 'get',
  path: '/v1/jobs/{id}/events',
  tag: 'jobs',
  summary: 'Follow a job until it is closed',
  description:
    'Server-sent events: `state` when its state, phase, node or attempt changes, `progress` when its ' +
    'handler says how far it is, `closed` at its end, after which the stream ends. A reader that comes ' +
    'back begins with how the job stands then. `error` ends a stream that cannot go on.',
  params: JobPlace,
  answers: { 200: { description: 'The events.', schema: AnyJson, type: 'text/event-stream' } },
  errors: ['job_not_found', 'temporal_unavailable'],
  async handle({ client, params }) {
    // One that nobody knows is a plain error, not a stream.
    const first = await client.jobs.get(params.id);
    return { events: (signal) => jobEvents(client, first, signal) };
  },
});

async function* jobEvents(
  client: HoldfastClient,
  first: JobView,
  signal: AbortSignal,
): AsyncGenerator<ServerEvent, void, undefined> {
  const { id, generation } = first;
  const told = new Map<string, string>();
  const isNews = (event: string, data: unknown): boolean => {
    const text = JSON.stringify(data);
    if (told.get(event) === text) return false;
    told.set(event, text);
    return true;
  };
  let waitMs = POLL_MS;
  for (let job: JobView | undefined = first; !signal.aborted;) {
    let isChanged = false;
    if (job !== undefined) {
      const state = stateOf(job);
      const isState = isNews('state', state);
      if (isState) yield { event: 'state', data: state };
      const progress = job.live?.progress;
      const isProgress = progress !== undefined && isNews('progress', progress);
      if (isProgress) yield { event: 'progress', data: { id, generation, progress } };
      isChanged = isState || isProgress;
      if (job.state !== 'open') {
        return yield {
          event: 'closed',
          data: { id, generation, state: job.state, error: job.error },
        };
      }
    }
    waitMs = isChanged ? POLL_MS : Math.min(LONGEST_POLL_MS, waitMs * 2);
    await delay(waitMs, undefined, { signal });
    try {
      job = await client.jobs.get(id, { generation });
    } catch (error) {
      // The servers are away or restarting: the job is not.
      job = undefined;
      const { code, message, retryable } = answerable(error);
      if (!retryable) return yield { event: 'error', data: { code, message } };
    }
  }
}

function stateOf({ id, generation, state, live }: JobView): object {
  const { phase, why, node, epoch } = live ?? {};
  return { id, generation, state, phase, why, node, epoch };
}

/** The route that follows a job. */
export const jobEventRoutes = [events];
