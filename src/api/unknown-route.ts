import type { Context } from 'hono';
import { HoldfastError } from '../domain/errors.ts';
import { API_ROUTES } from './routes/api-routes.ts';

const PAGES = ['/livez', '/readyz', '/openapi.json', '/docs'];

const KNOWN = [
  ...API_ROUTES.map(({ method, path }) => ({ method: method.toUpperCase(), path })),
  ...PAGES.map((path) => ({ method: 'GET', path })),
].map(({ method, path }) => ({
  method,
  path,
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
}));

/** The error for a request that no route takes: of an unknown path, or of a method that the path lacks. */
export function unknownRoute({ req: { method, url, path } }: Context): HoldfastError {
  const raw = /^\w+:\/\/[^/]*([^?#]*)/.exec(url)?.[1] ?? path;
  const matching = KNOWN.filter(({ pattern }) => pattern.test(raw));
  // A path that is named as it is goes before one with a parameter, as in the document.
  const literal = matching.filter((known) => known.path === raw);
  const found = literal.length > 0 ? literal : matching;
  const allowed = [...new Set(found.map((known) => known.method))];
  const hint = 'see /docs for what there is';
  if (allowed.length === 0) {
    return new HoldfastError('route_not_found', `there is no ${path.slice(0, 200)}`, { hint });
  }
  return new HoldfastError(
    'method_not_allowed',
    `${path.slice(0, 200)}: expected ${allowed.join(' or ')}, got ${method}`,
    { hint, details: { allowed } },
  );
}
