import type pg from 'pg';
import type { AnyTokens, AuditEnd, AuditEntry, AuditStart, Token } from '../domain/access.ts';
import type { AuditFilter } from './audit.ts';
import { endAudit, listAudit, startAudit } from './audit.ts';
import type { NewToken } from './tokens.ts';
import { anyTokens, createToken, listTokens, revokeToken, useToken } from './tokens.ts';

/** Who may call the REST API, and who did what. */
export interface Access {
  /** Undefined when another token that is not revoked has its name. */
  createToken(token: NewToken): Promise<Token | undefined>;
  listTokens(): Promise<Token[]>;
  /** By name or id; undefined when no token that is not revoked has it. */
  revokeToken(nameOrId: string): Promise<Token | undefined>;
  /** The token with a hash, when it may be used now. */
  useToken(hash: string): Promise<Token | undefined>;
  /** Whether a token may be used now, else whether there ever was one. */
  anyTokens(): Promise<AnyTokens>;
  startAudit(start: AuditStart): Promise<number>;
  endAudit(id: number, end: AuditEnd): Promise<void>;
  listAudit(filter: AuditFilter): Promise<AuditEntry[]>;
}

/** Turns errors of PostgreSQL into ours. */
type Call = <Args extends unknown[], Result>(
  work: (db: pg.Pool, ...args: Args) => Promise<Result>,
) => (...args: Args) => Promise<Result>;

/** The access tables of a ledger. */
export function createAccess(call: Call): Access {
  return {
    createToken: call(createToken),
    listTokens: call(listTokens),
    revokeToken: call(revokeToken),
    useToken: call(useToken),
    anyTokens: call(anyTokens),
    startAudit: call(startAudit),
    endAudit: call(endAudit),
    listAudit: call(listAudit),
  };
}
