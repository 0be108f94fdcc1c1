import type { Context, MiddlewareHandler } from 'hono';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import type { Logger } from 'pino';
import type { AccessClient } from '../client/access.ts';
import type { HoldfastClient } from '../client/connect.ts';
import type { ScheduleSource } from '../client/schedules/apply-schedules.ts';
import { ERRORS } from '../domain/errors.ts';
import type { ApiParts } from './api-parts.ts';
import { auditCalls } from './audit-calls.ts';
import { docsPage } from './docs-page.ts';
import type { GateOptions } from './gate.ts';
import { createGate } from './gate.ts';
import { openApiDocument } from './open-api.ts';
import { answerable, problemResponse } from './problem.ts';
import { createReadiness } from './readiness.ts';
import { API_ROUTES } from './routes/api-routes.ts';
import { routeServer } from './serve-route.ts';
import { createStreamLimit } from './stream-limit.ts';
import { unknownRoute } from './unknown-route.ts';

/** Options of {@link createApi}. */
export interface ApiOptions extends GateOptions {
  readonly client: HoldfastClient;
  readonly access: AccessClient;
  /** The schedules of the configured file, as it is now. */
  readonly configuredSchedules: () => Promise<readonly ScheduleSource[]>;
  readonly version: string;
  readonly log: Logger;
  /** Ends open streams. */
  readonly closing: AbortSignal;
}

/** The REST API over a client: it answers requests, and serves nothing by itself. */
export function createApi(options: ApiOptions): Hono {
  const { client, access, configuredSchedules, log, closing, version } = options;
  const audit = auditCalls(access, log);
  const gate = createGate(options);
  const own = { log, closing, gate, openStream: createStreamLimit(), audit };
  const parts: ApiParts = { client, access, configuredSchedules, ...own };
  const document = openApiDocument(version);
  const page = docsPage(document);
  const readiness = createReadiness(client);
  const app = new Hono();
  app.onError((error, context) => answerError(error, context, log));
  app.notFound((context) => answerError(unknownRoute(context), context, log));
  app.use('/codec/*', corsFor(options.webUiOrigins));
  app.get('/livez', () => Response.json({ status: 'live' }));
  app.get('/readyz', () => readiness());
  app.get('/openapi.json', () => Response.json(document));
  app.get('/docs', (context) => context.html(page, 200, PAGE_HEADERS));
  for (const route of API_ROUTES) {
    const serve = routeServer(route, parts);
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    app.on(route.method.toUpperCase(), [path], async (context) => {
      const startedAt = performance.now();
      const caller = await gate.enter(context);
      const response = await serve(context, caller);
      const tookMs = Math.round(performance.now() - startedAt);
      const { who } = caller;
      log.debug({ who, route: route.path, status: response.status, tookMs }, 'api.answered');
      return response;
    });
  }
  return app;
}

/** The page is text and style only, from here. */
const PAGE_HEADERS = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  'x-content-type-options': 'nosniff',
};

/** The pages of the Web UI are of another origin, and may send a token or a proxy's cookie. */
function corsFor(origins: readonly string[]): MiddlewareHandler {
  return cors({
    origin: [...origins],
    allowMethods: ['POST'],
    allowHeaders: ['authorization', 'content-type', 'x-namespace'],
    credentials: true,
    maxAge: 600,
  });
}

function answerError(error: unknown, context: Context, log: Logger): Response {
  const problem = answerable(error);
  const { code, message, details } = problem;
  const { path } = context.req;
  if (ERRORS[code].httpStatus >= 500 && code !== 'interrupted') {
    log.error({ err: error, method: context.req.method, path }, 'api.failed');
  } else {
    // Of bad input the message quotes what came, and that may be a token in the wrong place.
    const why = code === 'invalid_input' ? details['path'] : message;
    log.debug({ code, why, method: context.req.method, path }, 'api.refused');
  }
  if (code === 'unauthorized') return problemResponse(problem, { 'www-authenticate': 'Bearer' });
  if (code === 'rate_limited') {
    return problemResponse(problem, { 'retry-after': String(Number(details['retryAfter'] ?? 1)) });
  }
  if (code === 'method_not_allowed') {
    return problemResponse(problem, { allow: (details['allowed'] as string[]).join(', ') });
  }
  return problemResponse(problem);
}
