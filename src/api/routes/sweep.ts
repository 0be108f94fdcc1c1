import type { SweepOptions } from '../../client/sweep/sweep.ts';
import { route } from '../api-route.ts';
import { SweepOrder, Swept } from '../schemas/sweep.ts';

/** Recoveries that an answer names. */
const MOST_NAMED = 1_000;

const run = route({
  method: 'post',
  path: '/v1/sweep',
  tag: 'sweep',
  summary: 'Compare ledger and Temporal and repair what differs, or only tell',
  description:
    'Orchestrators do so by themselves. It answers when it has looked at all; a caller that goes away ' +
    'ends it after the batch that is under way, and what was done is done.',
  body: SweepOrder,
  answers: { 200: { description: 'What it found.', schema: Swept } },
  errors: ['ledger_of_other_namespace', 'temporal_unavailable'],
  async handle({ client, body, signal }) {
    const swept = await client.sweep({ ...body, signal } as SweepOptions);
    const { strategies, recoveries, troubles } = swept;
    return {
      status: 200,
      body: {
        ...swept,
        recoveries: recoveries.slice(0, MOST_NAMED),
        troubles: troubles.slice(0, MOST_NAMED),
      },
      audit: { details: { ...body, strategies } },
    };
  },
});

/** The route that sweeps. */
export const sweepRoutes = [run];
