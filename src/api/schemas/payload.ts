import { z } from '@hono/zod-openapi';

const MOST_PAYLOADS = 10_000;

const Base64 = z
  .string()
  .regex(/^[A-Za-z0-9+/_-]*={0,2}$/, 'expected base64')
  .openapi({ example: 'YmluYXJ5L2VuY3J5cHRlZA==' });

/** A payload of Temporal. What newer versions of it add is left out. */
const Payload = z
  .object({ metadata: z.record(z.string(), Base64).optional(), data: Base64.optional() })
  .openapi('Payload');

/** What a codec server is sent and answers. */
export const Payloads = z
  .object({ payloads: z.array(Payload).max(MOST_PAYLOADS).default([]) })
  .openapi('Payloads');
