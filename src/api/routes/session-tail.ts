import { z } from '@hono/zod-openapi';
import type { HoldfastClient } from '../../client/connect.ts';
import { aheadOfSession } from '../../client/session-errors.ts';
import { HIGHEST_INDEX } from '../../domain/session.ts';
import { route } from '../api-route.ts';
import type { ServerEvent } from '../event-stream.ts';
import { answerable } from '../problem.ts';
import { AnyJson, queryNumber } from '../schemas/name.ts';
import { SessionPlace } from '../schemas/session.ts';

const tail = route({
  method: 'get',
  path: '/v1/sessions/{id}/tail',
  tag: 'sessions',
  summary: 'Follow a session until its end',
  description:
    'Server-sent events: one `item` for each index, in order and once, with the index as its id; ' +
    '`end` at the end of the session. A reader that comes back says with `Last-Event-ID` what it has ' +
    'seen, as browsers do by themselves. `error` ends a stream that cannot go on.',
  params: SessionPlace,
  query: z.strictObject({
    after: queryNumber(-1, HIGHEST_INDEX, -1).openapi({
      description: 'The last index already seen; -1 for none.',
    }),
  }),
  headers: z.object({
    'Last-Event-ID': z
      .string()
      .regex(/^\d{1,9}$/)
      .optional()
      .openapi({ description: 'Goes before `after`.' }),
  }),
  answers: { 200: { description: 'The events.', schema: AnyJson, type: 'text/event-stream' } },
  errors: ['session_not_found'],
  async handle({ client, params: { id }, query, headers }) {
    const seen = headers['Last-Event-ID'];
    const after = seen === undefined ? query.after : Number(seen);
    const session = await client.sessions.get(id);
    if (after > session.cursor) throw aheadOfSession(session, after);
    return { events: (signal) => sessionEvents(client, id, after, signal) };
  },
});

async function* sessionEvents(
  client: HoldfastClient,
  id: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<ServerEvent, void, undefined> {
  try {
    for await (const item of client.sessions.results(id, { after, signal })) {
      yield { event: 'item', id: String(item.index), data: item };
    }
    yield { event: 'end', data: { id } };
  } catch (error) {
    signal.throwIfAborted();
    const { code, message } = answerable(error);
    yield { event: 'error', data: { code, message } };
  }
}

/** The route that follows a session. */
export const sessionTailRoutes = [tail];
