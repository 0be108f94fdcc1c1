import fc from 'fast-check';
import type { Hono } from 'hono';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { openApiDocument } from '../../src/api/open-api.ts';
import { operationOf } from '../../src/api/role-of.ts';
import { API_ROUTES } from '../../src/api/routes/api-routes.ts';
import type { AccessClient } from '../../dist/client/access.js';
import { openAccess } from '../../dist/client/access.js';
import { Fleet } from '../support/fleet.ts';
import { apiOn } from './api-on-test.ts';

/** Schemas as the document has them, as far as the fuzzer understands them. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly minimum?: number;
  readonly maximum?: number;
}

interface Operation {
  readonly parameters?: readonly { name: string; in: string; schema: Schema }[];
  readonly requestBody?: { content: Record<string, { schema: Schema }> };
  readonly responses: Readonly<Record<string, { content: Record<string, unknown> }>>;
}

const document = openApiDocument('0.0.0');
const RUNS = 40;

let fleet: Fleet;
let access: AccessClient;
let api: Hono;

beforeAll(async () => {
  fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') });
  access = await openAccess(fleet.databaseUrl);
  api = apiOn({ client: fleet.client, access });
});
afterAll(async () => {
  await access.close();
  await fleet.stop();
});

const NASTY = ['', ' ', '\0', '%', '%2F', '../x', "'; drop table", '\ud800', '💥', 'x'.repeat(201)];
const words = fc.oneof(
  fc.constantFrom('a', 'b', 'c', '1', '0', '5s', '1d', 'lease', ...NASTY),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const numbers = fc.oneof(
  fc.constantFrom(-1, 0, 1, 0.5, 2 ** 31, 2 ** 53, 1e308, -0),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** Mostly what a schema takes, sometimes anything. */
function valueOf(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  const right = rightOf(schema, depth);
  return fc.oneof({ weight: 12, arbitrary: right }, { weight: 1, arbitrary: fc.jsonValue() });
}

function rightOf(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) {
    const named = document.components?.schemas?.[schema.$ref.split('/').at(-1)!];
    return rightOf(named as Schema, depth);
  }
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) {
    return fc.oneof(...schema.anyOf.map((each) => rightOf(each, depth)));
  }
  switch (schema.type ?? 'any') {
    case 'string':
      return words;
    case 'integer':
    case 'number': {
      // Neither long waits nor pages of many thousands are what this looks for.
      const max = Math.min(schema.maximum ?? 100, 100);
      const min = Math.min(schema.minimum ?? 0, max);
      return fc.oneof(fc.integer({ min, max }), numbers);
    }
    case 'array':
      return fc.array(valueOf(schema.items ?? {}, depth + 1), { maxLength: 3 });
    case 'object':
      return objectOf(schema, depth);
    default:
      return fc.jsonValue();
  }
}

function objectOf(
  { properties = {}, required = [], additionalProperties }: Schema,
  depth: number,
): fc.Arbitrary<unknown> {
  if (typeof additionalProperties === 'object') {
    return fc.dictionary(words, valueOf(additionalProperties, depth + 1), { maxKeys: 3 });
  }
  const fields = Object.entries(properties).map(([name, schema]) => {
    const value = valueOf(schema, depth + 1);
    const isRequired = required.includes(name);
    const given = isRequired ? 20 : 1;
    return fc
      .oneof({ weight: given, arbitrary: value }, { weight: 2, arbitrary: fc.constant(undefined) })
      .map((each) => [name, each]);
  });
  return fc.tuple(...fields).map((pairs) => Object.fromEntries(pairs as [string, unknown][]));
}

/** Half surrogate pairs cannot be sent. */
const encoded = (value: unknown): string =>
  encodeURIComponent(
    (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).replaceAll(
      /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      '?',
    ),
  );

function requestOf(method: string, path: string, operation: Operation) {
  const { parameters = [], requestBody } = operation;
  const schema = requestBody?.content['application/json']?.schema;
  return fc
    .record({
      values: fc.tuple(...parameters.map(({ schema: each }) => valueOf(each))),
      isGiven: fc.tuple(...parameters.map(() => fc.boolean())),
      body: schema === undefined ? fc.constant(undefined) : valueOf(schema),
    })
    .map(({ values, isGiven, body }) => {
      let url = path;
      const query: string[] = [];
      parameters.forEach(({ name, in: place }, at) => {
        const text = encoded(values[at]);
        // An empty segment, and one of dots, is another path.
        if (place === 'path') url = url.replace(`{${name}}`, /^\.{0,2}$/.test(text) ? 'x' : text);
        // A wait is what a caller asks for: it would be one here, too.
        if (place === 'query' && isGiven[at] && name !== 'waitMs') query.push(`${name}=${text}`);
      });
      return {
        url: query.length === 0 ? url : `${url}?${query.join('&')}`,
        method: method.toUpperCase(),
        body: body === undefined ? undefined : JSON.stringify(withoutWait(body)),
      };
    });
}

function withoutWait(body: unknown): unknown {
  const hasWait = typeof body === 'object' && body !== null && 'wait' in body;
  return hasWait && /^\d{3,}|[smhd]$/.test(String(body.wait)) ? { ...body, wait: 1 } : body;
}

test.each(API_ROUTES.map((route) => [operationOf(route), route] as const))(
  '%s answers whatever comes with what the document says',
  async (_, { method, path }) => {
    const operation = document.paths![path]![method] as unknown as Operation;
    await fc.assert(
      fc.asyncProperty(requestOf(method, path, operation), async ({ url, ...request }) => {
        const given = request.body === undefined ? {} : { body: request.body };
        const response = await api.request(url, {
          method: request.method,
          ...given,
          headers: { 'content-type': 'application/json' },
        });
        const [type = ''] = (response.headers.get('content-type') ?? '').split(';');
        if (type === 'text/event-stream') await response.body?.cancel();
        else await response.text();
        expect(response.status).toBeLessThan(500);
        const documented = operation.responses[String(response.status)];
        expect(Object.keys(documented?.content ?? {})).toEqual([type]);
      }),
      { numRuns: RUNS },
    );
  },
);
