import type { Role } from '../domain/access.ts';

/**
 * The role that each route needs, at least. A route that is not here cannot be served.
 *
 * `read` looks. `submit` is an application: it brings its jobs and sessions and takes them back.
 * `operate` runs the fleet. `admin` destroys what cannot be had back, and sees who did what.
 */
export const ROUTE_ROLES: Readonly<Record<string, Role>> = {
  'GET /v1/jobs': 'read',
  'GET /v1/pending': 'read',
  'GET /v1/jobs/{id}': 'read',
  'GET /v1/jobs/{id}/result': 'read',
  'GET /v1/jobs/{id}/explain': 'read',
  'GET /v1/jobs/{id}/events': 'read',
  'POST /v1/jobs': 'submit',
  'POST /v1/jobs/bulk': 'submit',
  'POST /v1/jobs/{id}/cancel': 'submit',
  'POST /v1/jobs/{id}/retry': 'submit',
  'POST /v1/jobs/{id}/move': 'operate',

  'GET /v1/sessions': 'read',
  'GET /v1/sessions/{id}': 'read',
  'GET /v1/sessions/{id}/results': 'read',
  'GET /v1/sessions/{id}/tail': 'read',
  'POST /v1/sessions': 'submit',
  'POST /v1/sessions/{id}/close': 'submit',

  'GET /v1/nodes': 'read',
  'GET /v1/nodes/{name}': 'read',
  'POST /v1/nodes/{name}/cordon': 'operate',
  'POST /v1/nodes/{name}/drain': 'operate',
  'POST /v1/nodes/{name}/enable': 'operate',
  'DELETE /v1/nodes/{name}': 'admin',
  'POST /v1/pools/{pool}/resume': 'operate',
  'GET /v1/orchestrators': 'read',

  'GET /v1/schedules': 'read',
  'GET /v1/schedules/{name}': 'read',
  'GET /v1/schedules/{name}/revisions': 'read',
  'GET /v1/schedules/{name}/preview': 'read',
  'GET /v1/schedules/{name}/history': 'read',
  'POST /v1/schedules/diff': 'read',
  'POST /v1/schedules': 'operate',
  'POST /v1/schedules/apply': 'operate',
  'POST /v1/schedules/{name}/revert': 'operate',
  'PUT /v1/schedules/{name}': 'operate',
  'PATCH /v1/schedules/{name}': 'operate',
  'DELETE /v1/schedules/{name}': 'operate',
  'POST /v1/schedules/{name}/pause': 'operate',
  'POST /v1/schedules/{name}/resume': 'operate',
  'POST /v1/schedules/{name}/trigger': 'operate',
  'POST /v1/schedules/{name}/backfill': 'operate',
  'POST /v1/schedules/{name}/retry': 'operate',

  'GET /v1/resources': 'read',
  'PUT /v1/resources/{name}': 'operate',
  'DELETE /v1/resources/{name}': 'operate',

  'POST /v1/sweep': 'operate',

  'GET /v1/outbox': 'read',
  'POST /v1/outbox/{id}/retry': 'operate',
  'DELETE /v1/outbox/{id}': 'admin',

  'GET /v1/audit': 'admin',

  'GET /api/v1/scheduler/jobs': 'read',
  'POST /api/v1/scheduler/jobs/actions/reload': 'operate',
  'POST /codec/decode': 'read',
  'POST /codec/encode': 'submit',
};
