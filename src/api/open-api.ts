import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { ErrorCode } from '../domain/errors.ts';
import { ERRORS } from '../domain/errors.ts';
import type { ApiRoute } from './api-route.ts';
import { PROBLEM_TYPE } from './problem.ts';
import { roleOf } from './role-of.ts';
import { API_ROUTES } from './routes/api-routes.ts';
import { Problem } from './schemas/problem.ts';

/** The document of the API. */
export type OpenApiDocument = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

/** What any route that needs a role may fail with. */
const COMMON: readonly ErrorCode[] = [
  'invalid_input',
  'unauthorized',
  'forbidden',
  'rate_limited',
  'interrupted',
  'ledger_unavailable',
  'identity_provider_unavailable',
];
const OF_BODIES: readonly ErrorCode[] = ['request_too_large', 'unsupported_media_type'];

const TAGS = [
  { name: 'jobs', description: 'Submit jobs and look after them. An id means its newest start.' },
  { name: 'sessions', description: 'Ordered streams of results.' },
  { name: 'nodes', description: 'The fleet: processes that run jobs, and their pools.' },
  { name: 'schedules', description: 'What runs again and again, and what became of its times.' },
  { name: 'resources', description: 'Counted things that jobs hold while they run.' },
  {
    name: 'outbox',
    description: 'Jobs that were enqueued in a transaction and are not started yet.',
  },
  { name: 'sweep', description: 'Ledger and Temporal compared, and what differs repaired.' },
  { name: 'audit', description: 'Who changed what.' },
  { name: 'scheduler', description: 'What operators know from the earlier system.' },
  { name: 'codec', description: "Decrypts payloads for Temporal's own tools." },
  { name: 'health', description: 'Whether this process works. It needs no token.' },
];

/** The OpenAPI 3.1 document, from the routes themselves: it needs no server. */
export function openApiDocument(version: string): OpenApiDocument {
  const app = new OpenAPIHono();
  const { openAPIRegistry: registry } = app;
  registry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description:
      'A token of `holdfast tokens create`, or one of the OpenID Connect provider. Not asked for where ' +
      'access is off.',
  });
  for (const route of API_ROUTES) registry.registerPath(pathOf(route));
  for (const path of ['/livez', '/readyz']) registry.registerPath(healthPath(path));
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Holdfast',
      version,
      description: 'Durable jobs across a fleet of nodes. Errors are problems of RFC 9457.',
      license: { name: 'Apache-2.0' },
    },
    tags: TAGS,
  });
}

type RegisteredPath = Parameters<OpenAPIHono['openAPIRegistry']['registerPath']>[0];

function pathOf(route: ApiRoute): RegisteredPath {
  const { method, path, tag, summary, description, params, query, headers, body } = route;
  const role = roleOf(route);
  const needed = `Needs the role \`${role}\`.`;
  return {
    method,
    path,
    tags: [tag],
    summary,
    operationId: operationIdOf(route),
    description: description === undefined ? needed : `${description} ${needed}`,
    security: [{ token: [] }],
    'x-holdfast-role': role,
    request: {
      // Schemas of parts are objects, which the type of a route does not say.
      ...(params === undefined ? {} : { params: params as z.ZodObject }),
      ...(query === undefined ? {} : { query: query as z.ZodObject }),
      ...(headers === undefined ? {} : { headers: headers as z.ZodObject }),
      ...(body === undefined
        ? {}
        : {
            body: { required: isNeeded(body), content: { 'application/json': { schema: body } } },
          }),
    },
    responses: { ...answersOf(route), ...problemsOf(route) },
  };
}

/** An empty body counts as `{}`. */
function isNeeded(body: z.ZodType): boolean {
  return !body.safeParse({}).success;
}

/** Such as `post_jobs_id_cancel`: it names the path, and stays what it is. */
function operationIdOf({ method, path }: ApiRoute): string {
  return `${method}_${path
    .replace(/^(\/api)?\/v1\//, '')
    .replaceAll(/\W+/g, '_')
    .replace(/_$/, '')}`;
}

function answersOf({ answers }: ApiRoute): RegisteredPath['responses'] {
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => {
      const { description, schema, type = 'application/json', headers } = answer;
      const content = { [type]: { schema } };
      return [status, { description, content, ...(headers === undefined ? {} : { headers }) }];
    }),
  );
}

/** Errors that share a status share an answer, which names them all. */
function problemsOf({ errors = [], body }: ApiRoute): RegisteredPath['responses'] {
  const codes = [...new Set([...COMMON, ...(body === undefined ? [] : OF_BODIES), ...errors])];
  const statuses = new Set(codes.map((code) => ERRORS[code].httpStatus));
  return Object.fromEntries(
    [...statuses].map((status) => [
      status,
      {
        description: codes
          .filter((code) => ERRORS[code].httpStatus === status)
          .map((code) => `\`${code}\`: ${ERRORS[code].meaning}`)
          .join('; '),
        content: { [PROBLEM_TYPE]: { schema: Problem } },
        ...(status === 429 ? { headers: RETRY_AFTER } : {}),
      },
    ]),
  );
}

const RETRY_AFTER = z.object({
  'Retry-After': z.string().openapi({ description: 'Seconds to wait.', example: '1' }),
});

const Health = z
  .object({ status: z.enum(['live', 'ready', 'not ready']), reason: z.string().optional() })
  .openapi('Health');

function healthPath(path: string): RegisteredPath {
  const isReady = path === '/readyz';
  const answer = (description: string) => ({
    description,
    content: { 'application/json': { schema: Health } },
  });
  return {
    method: 'get',
    path,
    tags: ['health'],
    operationId: path.slice(1),
    summary: isReady ? 'Whether the servers behind it answer' : 'Whether the process lives',
    responses: {
      200: answer(isReady ? 'It is ready.' : 'It lives.'),
      ...(isReady ? { 503: answer('It is not ready, and why.') } : {}),
    },
  };
}
