import { z } from '@hono/zod-openapi';
import { At } from './name.ts';

/** The orchestrators, the one heard from last first. */
export const OrchestratorList = z
  .object({
    orchestrators: z.array(
      z
        .object({
          identity: z.string(),
          startedAt: At,
          beatAt: At.openapi({ description: 'When it was last heard from.' }),
          state: z.enum(['online', 'offline']).openapi({
            description: 'One that stopped in order is not on record.',
          }),
        })
        .openapi('Orchestrator'),
    ),
  })
  .openapi('OrchestratorList');
