import type { Role } from '../domain/access.ts';
import type { ApiRoute } from './api-route.ts';
import { ROUTE_ROLES } from './route-roles.ts';

/** The name of an operation, such as `POST /v1/jobs/{id}/cancel`. */
export function operationOf({ method, path }: Pick<ApiRoute, 'method' | 'path'>): string {
  return `${method.toUpperCase()} ${path}`;
}

/**
 * The role that a route needs.
 *
 * @throws Error when the table has none for it: it must not be served
 */
export function roleOf(route: Pick<ApiRoute, 'method' | 'path'>): Role {
  const role = ROUTE_ROLES[operationOf(route)];
  if (role === undefined) throw new Error(`${operationOf(route)} has no role`);
  return role;
}
