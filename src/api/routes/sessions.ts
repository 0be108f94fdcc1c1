import { z } from '@hono/zod-openapi';
import type { SessionOptions } from '../../client/session-rules.ts';
import type { SessionListOptions } from '../../client/sessions.ts';
import type { SessionItem as Item } from '../../domain/session.ts';
import { HIGHEST_INDEX } from '../../domain/session.ts';
import { route } from '../api-route.ts';
import { Cursor, Limit, queryNumber } from '../schemas/name.ts';
import {
  NewSession,
  SessionEnd,
  SessionList,
  SessionPlace,
  SessionResults,
  SessionView,
} from '../schemas/session.ts';

const tag = 'sessions';

const create = route({
  method: 'post',
  path: '/v1/sessions',
  tag,
  summary: 'Create a session with rules of its own',
  description:
    'Only one with rules of its own needs it: the first submit to a session creates one that waits ' +
    'for gaps and runs its jobs in parallel. With the same rules it may be repeated.',
  body: NewSession,
  answers: { 200: { description: 'The session, new or as it was.', schema: SessionView } },
  errors: ['session_exists'],
  async handle({ client, body: { id, ...rules } }) {
    const session = await client.sessions.create(id, rules as SessionOptions);
    return { status: 200, body: session, audit: { target: id, details: rules } };
  },
});

const list = route({
  method: 'get',
  path: '/v1/sessions',
  tag,
  summary: 'List sessions, the newest first',
  query: z.strictObject({
    state: z.enum(['open', 'ended']).optional(),
    limit: Limit,
    cursor: Cursor,
  }),
  answers: { 200: { description: 'One page of sessions.', schema: SessionList } },
  handle: async ({ client, query }) => ({
    status: 200,
    body: await client.sessions.list(query as SessionListOptions),
  }),
});

const get = route({
  method: 'get',
  path: '/v1/sessions/{id}',
  tag,
  summary: 'Show a session',
  params: SessionPlace,
  answers: { 200: { description: 'The session.', schema: SessionView } },
  errors: ['session_not_found'],
  handle: async ({ client, params }) => ({
    status: 200,
    body: await client.sessions.get(params.id),
  }),
});

const results = route({
  method: 'get',
  path: '/v1/sessions/{id}/results',
  tag,
  summary: 'Read what a session has released, in order',
  params: SessionPlace,
  query: z.strictObject({
    after: queryNumber(-1, HIGHEST_INDEX, -1).openapi({
      description: 'The last index already seen; -1 for none.',
    }),
    limit: Limit,
  }),
  answers: { 200: { description: 'The next items.', schema: SessionResults } },
  errors: ['session_not_found'],
  async handle({ client, params, query: { after, limit }, signal }) {
    const items: Item[] = [];
    for await (const item of client.sessions.results(params.id, { after, follow: false, signal })) {
      items.push(item);
      if (items.length === limit) break;
    }
    return { status: 200, body: { items, after: items.at(-1)?.index ?? after } };
  },
});

const close = route({
  method: 'post',
  path: '/v1/sessions/{id}/close',
  tag,
  summary: 'Tell how many indexes a session has',
  params: SessionPlace,
  body: SessionEnd,
  answers: { 200: { description: 'The session.', schema: SessionView } },
  errors: ['session_not_found', 'session_ended'],
  async handle({ client, params, body }) {
    const session = await client.sessions.close(params.id, body);
    return { status: 200, body: session, audit: { details: body } };
  },
});

/** Routes of sessions, but for the one that follows one. */
export const sessionRoutes = [create, list, get, results, close];
