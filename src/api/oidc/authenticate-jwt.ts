import type { JWTPayload } from 'jose';
import { errors, jwtVerify } from 'jose';
import type { Role } from '../../domain/access.ts';
import { ROLES } from '../../domain/access.ts';
import { HoldfastError, show } from '../../domain/errors.ts';
import type { Caller } from '../api-route.ts';
import { unauthorized } from '../unauthorized.ts';
import type { OidcSettings } from './oidc-settings.ts';
import { SigningKeys } from './signing-keys.ts';

const LONGEST_SUBJECT = 255;

/** Three parts of base64url. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Whether a token looks like one of a provider. */
export function isJwt(token: string): boolean {
  return JWT.test(token);
}

/**
 * Tells who calls, by the token of a provider.
 *
 * @throws HoldfastError `unauthorized` for a token that is not to be believed, `forbidden` for one without
 *   a role, `identity_provider_unavailable`
 */
export function createAuthenticateJwt(settings: OidcSettings): (token: string) => Promise<Caller> {
  const { issuer, audience, algorithms, clockToleranceMs } = settings;
  const keys = new SigningKeys(settings);
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys.find, {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance: clockToleranceMs / 1_000,
        requiredClaims: ['sub', 'exp'],
      });
      return { who: `${subjectOf(payload)} (oidc)`, role: roleIn(payload, settings) };
    } catch (error) {
      if (error instanceof errors.JOSEError) throw unauthorized(`the token: ${error.message}`);
      throw error;
    }
  };
}

/** It goes on record: control characters and what is longer than a name have no business there. */
function subjectOf({ sub = '' }: JWTPayload): string {
  const isFine = sub !== '' && sub.length <= LONGEST_SUBJECT && !/\p{Cc}/u.test(sub);
  if (isFine) return sub;
  throw unauthorized(`the token: expected a "sub" of 1 to ${LONGEST_SUBJECT} characters`);
}

/** The highest role that the claim gives. */
function roleIn(payload: JWTPayload, { roleClaim, roles }: OidcSettings): Role {
  const claim = claimOf(payload, roleClaim);
  const values = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  const given = new Set(values.map((value) => roles.get(String(value))));
  const role = ROLES.findLast((each) => given.has(each));
  if (role !== undefined) return role;
  const wanted = [...roles.keys()].join(', ');
  throw new HoldfastError(
    'forbidden',
    `the token gives no role: expected one of ${wanted} in the claim ${roleClaim}, got ${show(claim)}`,
    { hint: 'give the person a role at the identity provider, or see --oidc-roles' },
  );
}

/** A claim by its whole name, such as `https://example.com/roles`, or by a path into objects. */
function claimOf(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  return name
    .split('.')
    .reduce<unknown>(
      (value, part) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, part)
          ? (value as Record<string, unknown>)[part]
          : undefined,
      payload,
    );
}
