import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { OidcOptions } from '../api/oidc/oidc-settings.ts';
import type { Role } from '../domain/access.ts';
import { ROLES } from '../domain/access.ts';
import { usageError } from './usage-error.ts';

/** The options by which the API is told whose tokens it takes beside its own. */
export interface OidcFlags {
  readonly oidcIssuer?: string;
  readonly oidcAudience?: string;
  readonly oidcJwks?: string;
  readonly oidcRoleClaim?: string;
  readonly oidcRoles?: Partial<Record<Role, string>>;
  readonly oidcAlgorithms?: readonly string[];
  readonly oidcClockTolerance?: string;
}

/** Adds the options of {@link OidcFlags}. */
export function addOidcOptions(command: Command): Command {
  const option = (flags: string, about: string, variable: string) =>
    command.createOption(flags, about).env(`HOLDFAST_OIDC_${variable}`);
  return command
    .optionsGroup('Tokens of an OpenID Connect provider:')
    .addOption(option('--oidc-issuer <url>', 'take its tokens, too', 'ISSUER'))
    .addOption(option('--oidc-audience <name>', 'what they must be meant for', 'AUDIENCE'))
    .addOption(
      option('--oidc-role-claim <claim>', 'which claim holds roles (default: roles)', 'ROLE_CLAIM'),
    )
    .addOption(
      option(
        '--oidc-roles <role=value,…>',
        'which value of the claim gives which role (default: its name)',
        'ROLES',
      ).argParser(parseRoles),
    )
    .addOption(option('--oidc-jwks <url>', 'its keys (default: by discovery)', 'JWKS'))
    .addOption(
      option(
        '--oidc-algorithms <name,…>',
        'signatures to take (default: RS256, PS256, ES256, EdDSA)',
        'ALGORITHMS',
      ).argParser((text: string) => text.split(',').map((name) => name.trim())),
    )
    .addOption(
      option(
        '--oidc-clock-tolerance <time>',
        'how far its clock may differ (default: 30s)',
        'CLOCK_TOLERANCE',
      ),
    );
}

/** What was told; undefined when no provider was. @throws HoldfastError `usage` for half of it */
export function oidcOf(flags: OidcFlags): OidcOptions | undefined {
  const { oidcIssuer: issuer, oidcAudience: audience } = flags;
  if (issuer === undefined && audience === undefined) return undefined;
  if (issuer === undefined || audience === undefined) {
    const [missing, given] = issuer === undefined ? ['issuer', 'audience'] : ['audience', 'issuer'];
    throw usageError(
      `--oidc-${missing}: expected a value beside --oidc-${given}, got nothing`,
      'without an audience, tokens that were made for other services would do here',
    );
  }
  return {
    issuer,
    audience,
    ...(flags.oidcJwks === undefined ? {} : { jwksUri: flags.oidcJwks }),
    ...(flags.oidcRoleClaim === undefined ? {} : { roleClaim: flags.oidcRoleClaim }),
    ...(flags.oidcRoles === undefined ? {} : { roles: flags.oidcRoles }),
    ...(flags.oidcAlgorithms === undefined ? {} : { algorithms: flags.oidcAlgorithms }),
    ...(flags.oidcClockTolerance === undefined
      ? {}
      : { clockTolerance: flags.oidcClockTolerance as `${number}s` }),
  };
}

function parseRoles(text: string): Partial<Record<Role, string>> {
  return Object.fromEntries(text.split(',').map((piece) => roleOf(piece.trim())));
}

function roleOf(piece: string): [string, string] {
  const [role = '', ...value] = piece.split('=');
  const isRole = (ROLES as readonly string[]).includes(role);
  if (isRole && value.join('=') !== '') return [role, value.join('=')];
  throw new InvalidArgumentError(
    `expected role=value with a role of ${ROLES.join(', ')}, got "${piece}".`,
  );
}
