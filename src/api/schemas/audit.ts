import { z } from '@hono/zod-openapi';
import { ROLES } from '../../domain/access.ts';
import { At } from './name.ts';

const AuditEntry = z
  .object({
    id: z.int(),
    at: At,
    who: z.string(),
    role: z.enum(ROLES).optional(),
    what: z.string(),
    target: z.string().optional(),
    details: z.record(z.string(), z.any()).optional(),
    outcome: z.string().openapi({
      description: '`started`, `done`, or the code of the error.',
    }),
  })
  .openapi('AuditEntry');

/** One page of the audit, the newest first. */
export const AuditList = z
  .object({
    entries: z.array(AuditEntry),
    before: z.int().optional().openapi({ description: 'There when more follow.' }),
  })
  .openapi('AuditList');
