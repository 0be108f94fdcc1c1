import { ROLES } from '../domain/access.ts';
import type { SettingGroup } from './setting.ts';
import { optional, setting } from './setting.ts';
import { count, duration, list, mapping, origin, text, yesOrNo } from './value-types.ts';

/** Whose tokens the API takes beside its own; the API itself checks them, and fills in what is left out. */
const oidc = {
  issuer: optional(text, 'an OpenID Connect provider whose tokens are taken, too', {
    otherwise: 'none',
    flag: '--oidc-issuer <url>',
    variable: 'HOLDFAST_OIDC_ISSUER',
  }),
  audience: optional(text, 'what its tokens must be meant for', {
    otherwise: 'must be given with a provider',
    flag: '--oidc-audience <name>',
    variable: 'HOLDFAST_OIDC_AUDIENCE',
  }),
  roleClaim: optional(text, 'which claim holds roles; dots lead into objects', {
    otherwise: 'roles',
    flag: '--oidc-role-claim <claim>',
    variable: 'HOLDFAST_OIDC_ROLE_CLAIM',
  }),
  roles: optional(mapping(ROLES), 'which value of the claim gives which role', {
    otherwise: "each role's own name",
    flag: '--oidc-roles <role=value,…>',
    variable: 'HOLDFAST_OIDC_ROLES',
  }),
  jwksUri: optional(text, 'where its keys are', {
    otherwise: 'by discovery from the provider',
    flag: '--oidc-jwks <url>',
    variable: 'HOLDFAST_OIDC_JWKS',
  }),
  algorithms: optional(list(text), 'signatures to take', {
    otherwise: 'RS256, PS256, ES256, EdDSA',
    flag: '--oidc-algorithms <name,…>',
    variable: 'HOLDFAST_OIDC_ALGORITHMS',
  }),
  clockToleranceMs: optional(duration(0), 'how far its clock may differ', {
    otherwise: '30s',
    flag: '--oidc-clock-tolerance <time>',
    variable: 'HOLDFAST_OIDC_CLOCK_TOLERANCE',
  }),
} satisfies SettingGroup;

/** The settings of the REST API. */
export const API_SETTINGS = {
  host: setting(text, 'where to listen', '127.0.0.1', { flag: '--host <host>' }),
  port: setting(count(0, 65_535), 'the port to listen on, 0 for any free one', 8080, {
    flag: '--port <port>',
  }),
  rateLimit: setting(count(0), 'requests a second of one caller, 0: no limit', 100, {
    flag: '--rate-limit <count>',
  }),
  auth: optional(yesOrNo, 'whether tokens are asked for; on loopback only, they need not be', {
    otherwise: 'true, unless loopback has no tokens',
    flag: '--no-auth',
  }),
  webUiOrigins: optional(list(origin), "Temporal's Web UIs that use its codec endpoint", {
    otherwise: 'none',
    flag: '--web-ui-origin <url>',
    variable: 'HOLDFAST_WEB_UI_ORIGIN',
  }),
  oidc,
} satisfies SettingGroup;
