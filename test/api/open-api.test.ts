import { describe, expect, test } from 'vitest';
import { docsPage } from '../../src/api/docs-page.ts';
import { openApiDocument } from '../../src/api/open-api.ts';
import { operationOf } from '../../src/api/role-of.ts';
import { ROUTE_ROLES } from '../../src/api/route-roles.ts';
import { API_ROUTES } from '../../src/api/routes/api-routes.ts';
import { ERRORS } from '../../src/domain/errors.ts';
import { ROLES } from '../../src/domain/access.ts';

const document = openApiDocument('1.2.3');
const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
  Object.entries(item as Record<string, Record<string, unknown>>).map(
    ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
  ),
);

describe('the OpenAPI document', () => {
  test('is of version 3.1 and tells the version of the package', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } });
  });

  test('has every route, each with a role, and the table of roles has no other', () => {
    const guarded = operations.filter(([, operation]) => 'x-holdfast-role' in operation);
    expect(guarded.map(([name]) => name).sort()).toEqual(Object.keys(ROUTE_ROLES).sort());
    expect(API_ROUTES.map(operationOf).sort()).toEqual(Object.keys(ROUTE_ROLES).sort());
    for (const [name, operation] of guarded) {
      expect(ROLES).toContain(operation['x-holdfast-role']);
      expect(operation['x-holdfast-role']).toBe(ROUTE_ROLES[name]);
      expect(operation['security']).toEqual([{ token: [] }]);
    }
  });

  test('asks for a body only where it has to have something', () => {
    const isNeeded = (path: string) => {
      const { requestBody } = document.paths![path]!['post']!;
      return requestBody !== undefined && 'required' in requestBody && requestBody.required;
    };
    expect(isNeeded('/v1/jobs')).toBe(true);
    expect(isNeeded('/v1/jobs/{id}/cancel')).toBe(false);
  });

  test('names each operation once', () => {
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('has no status over 499 but for servers that do not answer', () => {
    for (const [, { responses }] of operations) {
      const statuses = Object.keys(responses as object).map(Number);
      expect(statuses.filter((status) => status >= 500 && status !== 503)).toEqual([]);
    }
  });

  test('has every status that a job may fail with at its result', () => {
    const { responses } = document.paths!['/v1/jobs/{id}/result']!['get']!;
    // What only commands, processes and the API itself fail with ends no job.
    const failures = Object.values(ERRORS).filter(
      ({ httpStatus, exitCode }) => [6, 7].includes(exitCode) && httpStatus < 500,
    );
    for (const { httpStatus } of failures) expect(responses).toHaveProperty(String(httpStatus));
  });
});

describe('the page of the document', () => {
  const page = docsPage(document);

  test('names each operation and each schema', () => {
    for (const [name] of operations) {
      expect(page).toContain(`>${name.replace(' ', '</b> <code>')}</code>`);
    }
    for (const name of Object.keys(document.components?.schemas ?? {})) {
      expect(page).toContain(`id="schema-${name}"`);
    }
  });

  test('works offline: no script, and nothing from elsewhere', () => {
    expect(page).not.toMatch(/<script|<link|<img|https?:\/\/|@import|url\(/);
  });
});
