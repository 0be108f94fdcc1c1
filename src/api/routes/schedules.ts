import { z } from '@hono/zod-openapi';
import type { HoldfastClient } from '../../client/connect.ts';
import type { Json } from '../../domain/json.ts';
import type { ScheduleDocument } from '../../domain/schedule-definition.ts';
import type { Answer } from '../api-route.ts';
import { route } from '../api-route.ts';
import { RevertOrder } from '../schemas/apply.ts';
import {
  NewSchedule,
  PutSchedule,
  RemovedSchedule,
  Schedule,
  ScheduleChanges,
  ScheduleFields,
  ScheduleList,
  SchedulePlace,
  ScheduleRevisions,
} from '../schemas/schedule.ts';

const tag = 'schedules';

const Revision = z
  .string()
  .regex(/^"?[1-9]\d{0,8}"?$/, 'expected a revision such as "3"')
  .optional()
  .openapi({
    description: 'The revision that the change is made from: another one refuses it.',
    example: '"3"',
  });
const IfMatch = z.object({ 'If-Match': Revision });

const headers = z.object({
  ETag: z.string().openapi({ description: 'The revision, for `If-Match`.', example: '"3"' }),
});
const changed = { description: 'The schedule, and what came of it.', schema: PutSchedule, headers };

const create = route({
  method: 'post',
  path: '/v1/schedules',
  tag,
  summary: 'Create a schedule',
  body: NewSchedule,
  answers: { 201: changed },
  errors: ['schedule_exists', 'payload_too_large'],
  async handle({ client, body, caller }) {
    const put = await client.schedules.create(body as ScheduleDocument, { by: caller.who });
    return { ...putAnswer(put), audit: { target: body.name, details: detailsOf(put) } };
  },
});

const list = route({
  method: 'get',
  path: '/v1/schedules',
  tag,
  summary: 'List every schedule by name',
  answers: { 200: { description: 'The schedules.', schema: ScheduleList } },
  handle: async ({ client }) => ({
    status: 200,
    body: { schedules: await client.schedules.list() },
  }),
});

const get = route({
  method: 'get',
  path: '/v1/schedules/{name}',
  tag,
  summary: 'Show a schedule',
  params: SchedulePlace,
  answers: { 200: { description: 'The schedule.', schema: Schedule, headers } },
  errors: ['schedule_not_found'],
  async handle({ client, params }) {
    const schedule = await client.schedules.get(params.name);
    return { status: 200, body: schedule, headers: etag(schedule) };
  },
});

const put = route({
  method: 'put',
  path: '/v1/schedules/{name}',
  tag,
  summary: 'Put a schedule on record, in place of the one of this name if there is one',
  description:
    'Other times begin after now: what was due until now runs by the old ones. Repeated, it changes ' +
    'nothing.',
  params: SchedulePlace,
  headers: z.object({
    'If-Match': Revision,
    'If-None-Match': z
      .literal('*')
      .optional()
      .openapi({ description: 'Only a schedule that is new.' }),
  }),
  body: ScheduleFields,
  answers: { 200: changed, 201: changed },
  errors: ['schedule_changed', 'schedule_exists', 'payload_too_large'],
  async handle({ client, params: { name }, headers: given, body, caller }) {
    const isNew = given['If-None-Match'] !== undefined;
    const revision = isNew ? { revision: 0 } : revisionOf(given);
    const document = { ...body, name } as ScheduleDocument;
    return putAnswer(await client.schedules.put(document, { ...revision, by: caller.who }));
  },
});

const edit = route({
  method: 'patch',
  path: '/v1/schedules/{name}',
  tag,
  summary: 'Change some fields of a schedule',
  description: 'Plans keep the revision that they were planned with.',
  params: SchedulePlace,
  headers: IfMatch,
  body: ScheduleChanges,
  answers: { 200: changed },
  errors: ['schedule_not_found', 'schedule_changed', 'payload_too_large'],
  async handle({ client, params: { name }, headers: given, body, caller }) {
    const options = { ...revisionOf(given), by: caller.who };
    const changes = body as Readonly<Record<string, Json>>;
    const edited = await client.schedules.edit(name, changes, options);
    const details = { ...detailsOf(edited), fields: Object.keys(body) };
    return { ...putAnswer(edited), audit: { details } };
  },
});

const remove = route({
  method: 'delete',
  path: '/v1/schedules/{name}',
  tag,
  summary: 'Take a schedule out',
  description:
    'What was planned and not started never runs; what runs goes on. Its revisions and its history stay.',
  params: SchedulePlace,
  headers: IfMatch,
  answers: { 200: { description: 'It is out.', schema: RemovedSchedule } },
  errors: ['schedule_not_found', 'schedule_changed'],
  async handle({ client, params: { name }, headers: given, caller }) {
    const options = { ...revisionOf(given), by: caller.who };
    const { warnings } = await client.schedules.remove(name, options);
    return { status: 200, body: { name, warnings } };
  },
});

const revisions = route({
  method: 'get',
  path: '/v1/schedules/{name}/revisions',
  tag,
  summary: 'List every change of a schedule, the newest first; also when it was removed',
  params: SchedulePlace,
  answers: { 200: { description: 'The revisions.', schema: ScheduleRevisions } },
  errors: ['schedule_not_found'],
  handle: async ({ client, params }) => ({
    status: 200,
    body: { revisions: await client.schedules.revisions(params.name) },
  }),
});

const revert = route({
  method: 'post',
  path: '/v1/schedules/{name}/revert',
  tag,
  summary: 'Give a schedule the definition of an earlier revision; also one that was removed',
  params: SchedulePlace,
  headers: IfMatch,
  body: RevertOrder,
  answers: { 200: changed, 201: changed },
  errors: ['schedule_not_found', 'schedule_changed', 'schedule_exists'],
  async handle({ client, params: { name }, headers: given, body: { to }, caller }) {
    const options = { to, ...revisionOf(given), by: caller.who };
    const reverted = await client.schedules.revert(name, options);
    return { ...putAnswer(reverted), audit: { details: { ...detailsOf(reverted), to } } };
  },
});

type Put = Awaited<ReturnType<HoldfastClient['schedules']['put']>>;

function putAnswer(done: Put): Extract<Answer, { status: number }> {
  return {
    status: done.kind === 'created' ? 201 : 200,
    body: done,
    headers: etag(done.schedule),
    audit: { details: detailsOf(done) },
  };
}

function detailsOf({ kind, schedule: { revision } }: Put) {
  return { kind, revision };
}

function etag({ revision }: { readonly revision: number }): { ETag: string } {
  return { ETag: `"${revision}"` };
}

function revisionOf(given: { 'If-Match'?: string | undefined }): { revision?: number } {
  const text = given['If-Match'];
  return text === undefined ? {} : { revision: Number(text.replaceAll('"', '')) };
}

/** Routes of schedules and their revisions. */
export const scheduleRoutes = [create, list, get, put, edit, remove, revisions, revert];
