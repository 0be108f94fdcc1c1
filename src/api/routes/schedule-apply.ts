import type {
  AppliedSchedules as Applied,
  ApplyOptions,
  ScheduleSource,
} from '../../client/schedules/apply-schedules.ts';
import { changedOf, countsOf } from '../../client/schedules/applied.ts';
import type { Answer } from '../api-route.ts';
import { route } from '../api-route.ts';
import { AppliedSchedules, ApplyOrder, DiffOrder } from '../schemas/apply.ts';

const tag = 'schedules';
const APPLY_LIMIT_BYTES = 64 * 1024 * 1024;

const diff = route({
  method: 'post',
  path: '/v1/schedules/diff',
  tag,
  summary: 'Tell what an apply of files would do',
  description: 'Conflicts are told, and are no error.',
  changesNothing: true,
  body: DiffOrder,
  bodyLimit: APPLY_LIMIT_BYTES,
  answers: { 200: { description: 'What would become of each.', schema: AppliedSchedules } },
  errors: ['payload_too_large'],
  async handle({ client, body: { sources, ...options } }) {
    const files = sources as unknown as readonly ScheduleSource[];
    return appliedAnswer(await client.schedules.diff(files, options as ApplyOptions));
  },
});

const apply = route({
  method: 'post',
  path: '/v1/schedules/apply',
  tag,
  summary: 'Merge files into the record, field by field, and keep what was edited there',
  description: 'All of it, or nothing. Repeated, it changes nothing.',
  body: ApplyOrder,
  bodyLimit: APPLY_LIMIT_BYTES,
  answers: { 200: { description: 'What became of each.', schema: AppliedSchedules } },
  errors: ['schedule_conflict', 'schedule_changed', 'payload_too_large'],
  async handle({ client, body: { sources, ...options }, caller }) {
    const files = sources as unknown as readonly ScheduleSource[];
    const by = caller.who;
    return appliedAnswer(await client.schedules.apply(files, { ...(options as ApplyOptions), by }));
  },
});

function appliedAnswer(applied: Applied): Answer {
  const { isApplied } = applied;
  const details = { isApplied, ...countsOf(applied) };
  const targets = isApplied ? changedOf(applied) : [];
  return { status: 200, body: applied, audit: { details, targets } };
}

/** Routes that merge files of schedules. */
export const scheduleApplyRoutes = [diff, apply];
