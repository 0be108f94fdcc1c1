import { route } from '../api-route.ts';
import { OrchestratorList } from '../schemas/orchestrator.ts';

const list = route({
  method: 'get',
  path: '/v1/orchestrators',
  tag: 'nodes',
  summary:
    'List orchestrators that work, and those that were killed, the one heard from last first',
  answers: { 200: { description: 'The orchestrators.', schema: OrchestratorList } },
  handle: async ({ client }) => ({
    status: 200,
    body: { orchestrators: await client.orchestrators() },
  }),
});

/** The route of orchestrators. */
export const orchestratorRoutes = [list];
