import type { HoldfastClient } from '../../client/connect.ts';
import { changedOf, countsOf } from '../../client/schedules/applied.ts';
import { HoldfastError } from '../../domain/errors.ts';
import type { Orchestrator } from '../../domain/orchestrator.ts';
import { route } from '../api-route.ts';
import { NotReloaded, Reloaded, SchedulerJobs, SchedulerOff } from '../schemas/scheduler.ts';

/*
 * What operators and their scripts know from the earlier system, with its paths, its field names and its
 * answers. Everything else of schedules is at /v1/schedules.
 */

const list = route({
  method: 'get',
  path: '/api/v1/scheduler/jobs',
  tag: 'scheduler',
  summary: 'List what is scheduled, as the earlier system did',
  answers: {
    200: {
      description: 'An orchestrator is alive, and this is what it runs.',
      schema: SchedulerJobs,
    },
    409: { description: 'No orchestrator is alive, and why that is known.', schema: SchedulerOff },
  },
  async handle({ client }) {
    const reason = whyOff(await client.orchestrators());
    if (reason !== undefined) {
      return { status: 409, body: { message_code: 'CONSTRAINT_VIOLATION', message: reason } };
    }
    const schedules = await client.schedules.list();
    const jobs = schedules.map(jobOf);
    const message = jobs.length === 1 ? '1 schedule' : `${jobs.length} schedules`;
    return { status: 200, body: { message_code: 'SUCCESS', message, jobs } };
  },
});

const reload = route({
  method: 'post',
  path: '/api/v1/scheduler/jobs/actions/reload',
  tag: 'scheduler',
  summary: 'Merge the configured schedules into the record, and tell what that changed',
  description: 'Edits on record survive. A conflict changes nothing.',
  answers: {
    200: { description: 'What became of each schedule.', schema: Reloaded },
    409: {
      description: 'No file is configured, one is wrong, or file and record are in conflict.',
      schema: NotReloaded,
    },
  },
  async handle({ client, configuredSchedules, caller }) {
    try {
      const sources = await configuredSchedules();
      const { schedules, warnings } = await client.schedules.apply(sources, { by: caller.who });
      const counts = countsOf({ schedules });
      const words = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
      const message = words.length === 0 ? 'no schedules' : words.join(', ');
      const body = { message_code: 'SUCCESS', message, schedules, warnings };
      return { status: 200, body, audit: { details: counts, targets: changedOf({ schedules }) } };
    } catch (error) {
      if (!(error instanceof HoldfastError) || !VIOLATIONS.includes(error.code)) throw error;
      const { code, message, details } = error;
      const body = { message_code: 'CONSTRAINT_VIOLATION', message, code, details };
      return { status: 409, body, audit: { outcome: code } };
    }
  },
});

/** What is wrong with the files or with the record, and not with the call. */
const VIOLATIONS: readonly string[] = [
  'invalid_input',
  'payload_too_large',
  'schedule_conflict',
  'schedule_changed',
];

/** Undefined: an orchestrator is alive. */
function whyOff(orchestrators: readonly Orchestrator[]): string | undefined {
  const [latest] = orchestrators;
  if (latest?.state === 'online') return undefined;
  const hint = 'start one with `holdfast orchestrator`';
  if (latest === undefined) return `no orchestrator is alive: none is on record; ${hint}`;
  const { identity, beatAt } = latest;
  const last = `${identity} was heard from last, at ${beatAt.toISOString()}`;
  return `no orchestrator is alive: ${last}; ${hint}`;
}

type Stored = Awaited<ReturnType<HoldfastClient['schedules']['get']>>;

function jobOf({ name, document, nextDueAt, paused, revision }: Stored): object {
  const { every, cron, timezone } = document;
  const words = every === undefined ? ['cron', cron, timezone] : ['every', every];
  return {
    id: name,
    name,
    trigger: words.filter((word) => typeof word === 'string').join(' '),
    next_run_time: paused === undefined ? (nextDueAt ?? null) : null,
    paused: paused !== undefined,
    revision,
  };
}

/** Routes that the earlier system had. */
export const schedulerRoutes = [list, reload];
