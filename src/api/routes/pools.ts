import { route } from '../api-route.ts';
import { PoolPlace, Resumed } from '../schemas/node.ts';

const resume = route({
  method: 'post',
  path: '/v1/pools/{pool}/resume',
  tag: 'nodes',
  summary: 'End the pause of a pool’s failovers',
  params: PoolPlace,
  answers: { 200: { description: 'Whether it had one.', schema: Resumed } },
  async handle({ client, params: { pool } }) {
    const resumed = await client.nodes.resumePool(pool);
    return { status: 200, body: { pool, resumed }, audit: { details: { resumed } } };
  },
});

/** Routes of pools. */
export const poolRoutes = [resume];
