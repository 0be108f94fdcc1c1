import { z } from '@hono/zod-openapi';
import { route } from '../api-route.ts';
import { AuditList } from '../schemas/audit.ts';
import { Limit, Name, queryNumber } from '../schemas/name.ts';

const list = route({
  method: 'get',
  path: '/v1/audit',
  tag: 'audit',
  summary: 'List who changed what, the newest first',
  query: z.strictObject({
    target: Name.optional().openapi({ description: 'Only what is about this id or name.' }),
    before: queryNumber(0, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER).openapi({
      description: 'The `before` of the page before.',
    }),
    limit: Limit,
  }),
  answers: { 200: { description: 'One page of the audit.', schema: AuditList } },
  async handle({ access, query: { target, before, limit } }) {
    const entries = await access.listAudit({ target, before, limit });
    const last = entries.length === limit ? entries.at(-1) : undefined;
    return { status: 200, body: { entries, before: last?.id } };
  },
});

/** The route that reads the audit. */
export const auditRoutes = [list];
