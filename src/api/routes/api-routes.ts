import type { ApiRoute } from '../api-route.ts';
import { auditRoutes } from './audit.ts';
import { codecRoutes } from './codec.ts';
import { bulkRoutes } from './job-bulk.ts';
import { jobEventRoutes } from './job-events.ts';
import { jobOrderRoutes } from './job-orders.ts';
import { jobRoutes } from './jobs.ts';
import { nodeRoutes } from './nodes.ts';
import { orchestratorRoutes } from './orchestrators.ts';
import { outboxRoutes } from './outbox.ts';
import { pendingRoutes } from './pending.ts';
import { poolRoutes } from './pools.ts';
import { resourceRoutes } from './resources.ts';
import { scheduleApplyRoutes } from './schedule-apply.ts';
import { scheduleOrderRoutes } from './schedule-orders.ts';
import { schedulePlanRoutes } from './schedule-plans.ts';
import { schedulerRoutes } from './scheduler.ts';
import { scheduleRoutes } from './schedules.ts';
import { sessionTailRoutes } from './session-tail.ts';
import { sessionRoutes } from './sessions.ts';
import { sweepRoutes } from './sweep.ts';

/** Every route that needs a role. */
export const API_ROUTES: readonly ApiRoute[] = [
  ...jobRoutes,
  ...pendingRoutes,
  ...bulkRoutes,
  ...jobOrderRoutes,
  ...jobEventRoutes,
  ...sessionRoutes,
  ...sessionTailRoutes,
  ...nodeRoutes,
  ...poolRoutes,
  ...orchestratorRoutes,
  ...scheduleRoutes,
  ...scheduleApplyRoutes,
  ...scheduleOrderRoutes,
  ...schedulePlanRoutes,
  ...resourceRoutes,
  ...outboxRoutes,
  ...sweepRoutes,
  ...auditRoutes,
  ...schedulerRoutes,
  ...codecRoutes,
];
