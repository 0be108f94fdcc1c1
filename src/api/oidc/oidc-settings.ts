import type { Role } from '../../domain/access.ts';
import { ROLES } from '../../domain/access.ts';
import { invalid } from '../../domain/errors.ts';
import type { Duration } from '../../domain/duration.ts';
import { parseDuration } from '../../domain/duration.ts';
import { isLoopback } from '../loopback.ts';

/** Whose tokens the API takes beside its own: JSON Web Tokens of an OpenID Connect provider. */
export interface OidcOptions {
  /** What the provider calls itself, as in the claim `iss`; its keys are found from there. */
  readonly issuer: string;
  /** What the tokens must be meant for, as in the claim `aud`. */
  readonly audience: string;
  /** Where its keys are. @default what `<issuer>/.well-known/openid-configuration` says */
  readonly jwksUri?: string;
  /** The claim that holds roles; dots lead into objects. @default 'roles' */
  readonly roleClaim?: string;
  /** Which value of the claim gives which role. @default each role's own name */
  readonly roles?: Partial<Readonly<Record<Role, string>>>;
  /** Signatures that are taken; only those of public keys. @default RS256, PS256, ES256 and EdDSA */
  readonly algorithms?: readonly string[];
  /** How far the provider's clock may differ. @default '30s' */
  readonly clockTolerance?: Duration;
}

/** {@link OidcOptions}, checked and with every default filled in. */
export interface OidcSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUri: URL | undefined;
  readonly roleClaim: string;
  /** By the value of the claim. */
  readonly roles: ReadonlyMap<string, Role>;
  readonly algorithms: readonly string[];
  readonly clockToleranceMs: number;
}

/** A shared secret would have to be ours, too; `none` is nobody's signature. */
const SIGNATURES = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
const DEFAULT_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];
const LONGEST_TOLERANCE_MS = 300_000;

/** The settings. @throws HoldfastError `invalid_input` naming the first that is wrong */
export function oidcSettings(options: OidcOptions): OidcSettings {
  const { issuer, audience, jwksUri, roleClaim = 'roles', algorithms } = options;
  urlOf(issuer, 'oidc.issuer');
  if (audience === '') throw invalid('oidc.audience', 'the audience of the tokens', audience);
  if (roleClaim === '') throw invalid('oidc.roleClaim', 'the name of a claim', roleClaim);
  return {
    issuer,
    audience,
    jwksUri: jwksUri === undefined ? undefined : urlOf(jwksUri, 'oidc.jwksUri'),
    roleClaim,
    roles: new Map(ROLES.map((role) => [options.roles?.[role] ?? role, role])),
    algorithms: algorithms === undefined ? DEFAULT_ALGORITHMS : algorithmsOf(algorithms),
    clockToleranceMs: toleranceOf(options.clockTolerance ?? '30s'),
  };
}

/**
 * An address that nobody on the way can change the answer of.
 *
 * @throws HoldfastError `invalid_input` for another
 */
export function urlOf(text: string, path: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:') return url;
  if (url?.protocol === 'http:' && isLoopback(url.hostname)) return url;
  throw invalid(path, 'an https:// address, or an http:// one of this machine', text);
}

function algorithmsOf(given: readonly string[]): readonly string[] {
  const other = given.find((name) => !SIGNATURES.includes(name));
  if (given.length > 0 && other === undefined) return given;
  throw invalid('oidc.algorithms', `some of ${SIGNATURES.join(', ')}`, other);
}

function toleranceOf(given: Duration): number {
  const ms = parseDuration(given, 'oidc.clockTolerance');
  if (ms <= LONGEST_TOLERANCE_MS) return ms;
  throw invalid('oidc.clockTolerance', 'a duration up to 5m', given);
}
