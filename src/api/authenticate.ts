import type { AccessClient } from '../client/access.ts';
import type { Token } from '../domain/access.ts';
import type { Caller } from './api-route.ts';
import { createAuthenticateJwt, isJwt } from './oidc/authenticate-jwt.ts';
import type { OidcSettings } from './oidc/oidc-settings.ts';
import { unauthorized } from './unauthorized.ts';

/** For how long a token that was looked up is believed: a revoked one ends so late at most. */
const BELIEVED_MS = 5_000;
const MOST_BELIEVED = 1_000;

/** Who calls when access is off: only this machine can. */
export const ANYBODY: Caller = { who: 'local', role: 'admin' };

/** The token in a header `Authorization`; undefined when it has none. */
export function bearerOf(authorization: string | null): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
}

/**
 * Tells who calls, by the token that is given.
 *
 * @throws HoldfastError `unauthorized`; of a provider's token, `forbidden` or
 *   `identity_provider_unavailable`, too
 */
export type Authenticate = (given: string | undefined) => Promise<Caller>;

/** {@link Authenticate} by the tokens on record, and by those of a provider. */
export function createAuthenticate(
  access: Pick<AccessClient, 'identify'>,
  oidc?: OidcSettings,
): Authenticate {
  const identify = createIdentify(access);
  const authenticateJwt = oidc === undefined ? undefined : createAuthenticateJwt(oidc);
  return async (given) => {
    if (given === undefined) throw unauthorized('no token was given');
    if (authenticateJwt !== undefined && isJwt(given)) return authenticateJwt(given);
    return identify(given);
  };
}

function createIdentify(
  access: Pick<AccessClient, 'identify'>,
): (given: string) => Promise<Caller> {
  const believed = new Map<string, { readonly token: Token; readonly until: number }>();
  return async (given) => {
    const known = believed.get(given);
    const now = Date.now();
    if (known !== undefined && known.until > now && !isExpired(known.token, now)) {
      return callerOf(known.token);
    }
    believed.delete(given);
    const token = await access.identify(given);
    if (token === undefined) throw unauthorized('the token is unknown, expired or revoked');
    believed.set(given, { token, until: now + BELIEVED_MS });
    if (believed.size > MOST_BELIEVED) believed.delete(believed.keys().next().value!);
    return callerOf(token);
  };
}

function isExpired({ expiresAt }: Token, now: number): boolean {
  return expiresAt !== undefined && expiresAt.getTime() <= now;
}

/** Who gives an order has at most 200 characters, and the id is what counts. */
function callerOf({ id, name, role }: Token): Caller {
  const short = name.slice(0, 100).replace(/[\ud800-\udbff]$/, '');
  return { who: `${short} (token ${id})`, role };
}
