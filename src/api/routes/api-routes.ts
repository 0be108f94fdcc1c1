import type { ApiRoute } from '../api-route.ts';
import { auditRoutes } from './audit.ts';
import { bulkRoutes } from './job-bulk.ts';
import { jobEventRoutes } from './job-events.ts';
import { jobOrderRoutes } from './job-orders.ts';
import { jobRoutes } from './jobs.ts';
import { nodeRoutes } from './nodes.ts';
import { outboxRoutes } from './outbox.ts';
import { poolRoutes } from './pools.ts';
import { sessionTailRoutes } from './session-tail.ts';
import { sessionRoutes } from './sessions.ts';

/** Every route that needs a role. Those of resources, sweeps and schedules go here when they come. */
export const API_ROUTES: readonly ApiRoute[] = [
  ...jobRoutes,
  ...bulkRoutes,
  ...jobOrderRoutes,
  ...jobEventRoutes,
  ...sessionRoutes,
  ...sessionTailRoutes,
  ...nodeRoutes,
  ...poolRoutes,
  ...outboxRoutes,
  ...auditRoutes,
];
