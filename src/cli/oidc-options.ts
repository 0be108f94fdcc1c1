import type { OidcOptions } from '../api/oidc/oidc-settings.ts';
import type { Config } from '../config/load-config.ts';
import { invalid } from '../domain/errors.ts';

/**
 * The provider of a configuration; undefined when it has none.
 *
 * @throws HoldfastError `invalid_input` for half of one
 */
export function oidcOptions({ oidc }: Config['api']): OidcOptions | undefined {
  const { issuer, audience, jwksUri, roleClaim, roles, algorithms, clockToleranceMs } = oidc;
  if (issuer === undefined && audience === undefined) return undefined;
  if (issuer === undefined) throw halfOf('issuer', 'audience', audience);
  if (audience === undefined) throw halfOf('audience', 'issuer', issuer);
  return {
    issuer,
    audience,
    ...(jwksUri === undefined ? {} : { jwksUri }),
    ...(roleClaim === undefined ? {} : { roleClaim }),
    ...(roles === undefined ? {} : { roles }),
    ...(algorithms === undefined ? {} : { algorithms }),
    ...(clockToleranceMs === undefined ? {} : { clockTolerance: clockToleranceMs }),
  };
}

function halfOf(missing: string, given: string, value: string | undefined): Error {
  return invalid(
    `api.oidc.${missing}`,
    `a value beside api.oidc.${given} ${value}`,
    undefined,
    'without an audience, tokens that were made for other services would do here',
  );
}
