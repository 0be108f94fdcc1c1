import { z } from '@hono/zod-openapi';

/** What an error is answered with: RFC 9457, from the one error table. */
export const Problem = z
  .object({
    type: z.string().openapi({ example: 'urn:holdfast:error:job_not_found' }),
    title: z.string().openapi({ description: 'What the code means.' }),
    status: z.int(),
    detail: z.string().openapi({ description: 'What is wrong this time.' }),
    code: z.string().openapi({ example: 'job_not_found' }),
    hint: z.string().optional().openapi({ description: 'What to do about it.' }),
    details: z.record(z.string(), z.any()).openapi({ description: 'Facts for programs.' }),
  })
  .openapi('Problem');
