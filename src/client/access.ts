import { createHash, randomBytes } from 'node:crypto';
import { databaseUrl as databaseUrlOf } from '../config/database-url.ts';
import { loadConfig } from '../config/load-config.ts';
import type { AnyTokens, AuditEnd, AuditEntry, AuditStart, Role, Token } from '../domain/access.ts';
import { ROLES } from '../domain/access.ts';
import { checkChoice, checkName } from '../domain/check.ts';
import type { Duration } from '../domain/duration.ts';
import { HoldfastError, invalid, show } from '../domain/errors.ts';
import { parseLimit } from '../handlers/attempt-options.ts';
import type { AuditFilter } from '../ledger/audit.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { openLedger } from '../ledger/ledger.ts';
import { audited } from './audited.ts';

/** What a new token may do, and for how long. */
export interface TokenOptions {
  readonly role: Role;
  /** @default '90d' */
  readonly expires?: Duration | 'never';
}

/** A new token: the only time that it is told. */
interface NewToken extends Token {
  readonly token: string;
}

/** Who may call the REST API, and who did what. Each call rejects with `ledger_unavailable`. */
export interface AccessClient {
  /** @throws HoldfastError `token_exists` or `invalid_input` */
  createToken(name: string, options: TokenOptions): Promise<NewToken>;
  /** Every token, also the revoked ones; the newest first. */
  listTokens(): Promise<readonly Token[]>;
  /** Whether a token may be used now, else whether there ever was one. */
  anyTokens(): Promise<AnyTokens>;
  /** By name or id. @throws HoldfastError `token_not_found` */
  revokeToken(nameOrId: string): Promise<Token>;
  /** Whose token this is; undefined when it may not be used. */
  identify(token: string): Promise<Token | undefined>;
  /** Puts a changing call on record, before it is made. */
  startAudit(start: AuditStart): Promise<number>;
  endAudit(id: number, end: AuditEnd): Promise<void>;
  listAudit(filter: AuditFilter): Promise<readonly AuditEntry[]>;
  close(): Promise<void>;
}

/** Tells people, and scanners of secrets, what it is. */
const PREFIX = 'hf_';
const TOKEN = /^hf_[A-Za-z0-9_-]{43}$/;
const DEFAULT_EXPIRY = '90d';

/** An {@link AccessClient} at a ledger, over connections of its own; it needs no Temporal. */
export async function openAccess(databaseUrl?: string): Promise<AccessClient> {
  const ledger = openLedger(databaseUrlOf(databaseUrl ?? (await loadConfig()).database.url));
  try {
    await ledger.checkSchema();
  } catch (error) {
    await ledger.close();
    throw error;
  }
  const { access } = ledger;
  const changed = async <Result>(what: string, name: string, work: () => Promise<Result>) =>
    audited(access, work, { what, target: checkName(name, 'name') });
  return {
    createToken: (name, options) =>
      changed('tokens create', name, () => create(access, name, options)),
    listTokens: () => access.listTokens(),
    anyTokens: () => access.anyTokens(),
    revokeToken: (nameOrId) => changed('tokens revoke', nameOrId, () => revoke(access, nameOrId)),
    identify: async (token) => (TOKEN.test(token) ? access.useToken(hashOf(token)) : undefined),
    startAudit: (start) => access.startAudit(start),
    endAudit: (id, end) => access.endAudit(id, end),
    listAudit: (filter) => access.listAudit(filter),
    close: () => ledger.close(),
  };
}

type Access = Ledger['access'];

async function create(
  access: Access,
  name: string,
  { role, expires = DEFAULT_EXPIRY }: TokenOptions,
): Promise<NewToken> {
  checkChoice(role, ROLES, 'role');
  const expiresAt = expires === 'never' ? undefined : expiryOf(parseLimit(expires, 'expires'));
  const token = `${PREFIX}${randomBytes(32).toString('base64url')}`;
  const id = randomBytes(6).toString('hex');
  const made = await access.createToken({ id, name, role, hash: hashOf(token), expiresAt });
  if (made !== undefined) return { ...made, token };
  throw new HoldfastError('token_exists', `a token of the name ${show(name)} exists`, {
    hint: `give another name, or \`holdfast tokens revoke\` that one first`,
    details: { name },
  });
}

/** What a Date can hold, and PostgreSQL too. */
const LATEST = new Date('9999-12-31T00:00:00Z');

function expiryOf(ms: number): Date {
  const at = Date.now() + ms;
  if (at <= LATEST.getTime()) return new Date(at);
  throw invalid('expires', 'a time before the year 10000, or never', ms);
}

async function revoke(access: Access, nameOrId: string): Promise<Token> {
  const revoked = await access.revokeToken(nameOrId);
  if (revoked !== undefined) return revoked;
  throw new HoldfastError(
    'token_not_found',
    `no token that is not revoked has the name or id ${show(nameOrId)}`,
    { hint: 'see `holdfast tokens list`', details: { token: nameOrId } },
  );
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
