import type { AccessClient } from '../client/access.ts';
import type { Token } from '../domain/access.ts';
import { HoldfastError } from '../domain/errors.ts';
import type { Caller } from './api-route.ts';

/** For how long a token that was looked up is believed: a revoked one ends so late at most. */
const BELIEVED_MS = 5_000;
const MOST_BELIEVED = 1_000;

/** Who calls when access is off: only this machine can. */
export const ANYBODY: Caller = { who: 'local', role: 'admin' };

/** Tells who calls, by the header `Authorization`. @throws HoldfastError `unauthorized` */
export type Authenticate = (authorization: string | null) => Promise<Caller>;

/** {@link Authenticate} by the tokens on record. */
export function createAuthenticate(access: Pick<AccessClient, 'identify'>): Authenticate {
  const believed = new Map<string, { readonly token: Token; readonly until: number }>();
  return async (authorization) => {
    const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (given === undefined) throw unauthorized('no token was given');
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

function unauthorized(why: string): HoldfastError {
  return new HoldfastError('unauthorized', `authorization: ${why}`, {
    hint: 'send `Authorization: Bearer <token>`; `holdfast tokens create` makes one',
  });
}
