import type { Context } from 'hono';
import { allows } from '../domain/access.ts';
import { HoldfastError } from '../domain/errors.ts';
import type { ApiParts } from './api-parts.ts';
import type { Answer, ApiRoute, Caller } from './api-route.ts';
import type { ServerEvent } from './event-stream.ts';
import { eventStream } from './event-stream.ts';
import { interrupted } from './interrupted.ts';
import { readRequest } from './read-request.ts';
import { operationOf, roleOf } from './role-of.ts';

/** What serves a route, once its caller is known. */
export function routeServer(
  route: ApiRoute,
  parts: ApiParts,
): (context: Context, caller: Caller) => Promise<Response> {
  const needed = roleOf(route);
  return async (context, caller) => {
    if (!allows(caller.role, needed)) {
      const error = forbidden(route, caller, needed);
      await parts.audit(route, caller, undefined, () => Promise.reject(error));
    }
    const request = await readRequest(route, {
      params: context.req.param(),
      query: context.req.queries(),
      headers: context.req.raw.headers,
      request: context.req.raw,
    });
    const target = Object.values((request.params ?? {}) as Record<string, string>)[0];
    const signal = AbortSignal.any([parts.closing, context.req.raw.signal]);
    const { client, access, configuredSchedules } = parts;
    const call = { ...request, client, access, configuredSchedules, caller, signal } as never;
    const answer = await parts.audit(route, caller, target, () =>
      route.handle(call).catch((error: unknown) => {
        // What the signal itself throws is no defect.
        throw signal.aborted && error === signal.reason ? interrupted() : error;
      }),
    );
    if ('events' in answer) return streamResponse(answer, context, caller, parts);
    const { status, headers = {} } = answer;
    return Response.json(answer.body, { status, headers });
  };
}

function streamResponse(
  { events }: Extract<Answer, { events: unknown }>,
  context: Context,
  { who }: Caller,
  { gate, openStream, closing }: ApiParts,
): Response {
  const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' };
  if (context.req.raw.method === 'HEAD') return new Response(null, { headers });
  const onEnd = openStream(who);
  const lastEvent = async (): Promise<ServerEvent | undefined> => {
    const error = await gate.whyOut(context);
    if (error === undefined) return undefined;
    return { event: 'error', data: { code: error.code, message: error.message } };
  };
  return new Response(eventStream(events, { signal: closing, lastEvent, onEnd }), { headers });
}

function forbidden(route: ApiRoute, { role }: Caller, needed: string): HoldfastError {
  return new HoldfastError(
    'forbidden',
    `${operationOf(route)} needs the role ${needed}, the token has ${role}`,
    { hint: `ask for a token of the role ${needed}`, details: { role, needed } },
  );
}
