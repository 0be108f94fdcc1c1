import type { z } from '@hono/zod-openapi';
import { HoldfastError } from '../domain/errors.ts';
import type { ApiRoute } from './api-route.ts';
import { interrupted } from './interrupted.ts';

/** The raw parts of a request. */
export interface RawRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly headers: Headers;
  readonly request: Request;
}

/** The parts of a request, checked. */
export interface CheckedRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly headers: unknown;
  readonly body: unknown;
}

/** The body of a request at most, unless its route says otherwise. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

/**
 * The parts of a request as a route wants them.
 *
 * @throws HoldfastError `invalid_input`, `request_too_large`, `unsupported_media_type` or `interrupted`
 */
export async function readRequest(route: ApiRoute, raw: RawRequest): Promise<CheckedRequest> {
  const params = parse(route.params, raw.params, 'path');
  const query = parse(route.query, single(raw.query), 'query');
  const headers = parse(route.headers, namedHeaders(route.headers, raw.headers), 'header');
  if (route.body === undefined) return { params, query, headers, body: undefined };
  const given = await readJson(raw.request, route.bodyLimit ?? BODY_LIMIT_BYTES);
  return { params, query, headers, body: parse(route.body, given, 'body') };
}

function parse(schema: z.ZodType | undefined, value: unknown, place: string): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => ({
    path: [place, ...path.map(String)].join('.'),
    message,
  }));
  const [first = { path: place, message: 'is wrong' }] = issues;
  throw new HoldfastError('invalid_input', `${first.path}: ${first.message}`, {
    hint: 'see /openapi.json for what the request takes',
    details: { path: first.path, issues: issues.slice(0, 10) },
  });
}

/** One that is given twice stays a list, which no schema takes. */
function single(query: RawRequest['query']): Record<string, string | readonly string[]> {
  return Object.fromEntries(
    Object.entries(query).map(([name, values]) => [
      name,
      values.length === 1 ? values[0]! : values,
    ]),
  );
}

/** A schema names headers as people write them. */
function namedHeaders(schema: z.ZodType | undefined, headers: Headers): Record<string, string> {
  const names = Object.keys((schema as { shape?: object } | undefined)?.shape ?? {});
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

async function readJson(request: Request, limit: number): Promise<unknown> {
  const text = await readText(request, limit).catch((error: unknown) => {
    throw request.signal.aborted ? interrupted() : error;
  });
  if (text === '') return {};
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new HoldfastError(
      'unsupported_media_type',
      `content-type: expected application/json, got ${type ?? 'nothing'}`,
      { hint: 'send JSON, with the header Content-Type: application/json' },
    );
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new HoldfastError('invalid_input', `body: ${(error as Error).message}`, {
      hint: 'send one JSON document',
      details: { path: 'body' },
    });
  }
}

async function readText(request: Request, limit: number): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge(limit);
  if (request.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  // The length may be unknown, or a lie.
  for await (const chunk of request.body as ReadableStream<Uint8Array>) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(limitBytes: number): HoldfastError {
  const message = `body: expected at most ${limitBytes} bytes`;
  return new HoldfastError('request_too_large', message, {
    hint: 'send less at once, or store the data elsewhere and submit where it is',
    details: { limitBytes },
  });
}
