import type pg from 'pg';
import type { AnyTokens, Role, Token } from '../domain/access.ts';

/** A token to put on record. */
export interface NewToken {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** SHA-256 of the token, in hex. */
  readonly hash: string;
  readonly expiresAt: Date | undefined;
}

interface TokenRow {
  id: string;
  name: string;
  role: Role;
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
  last_used_at: Date | null;
}

const COLUMNS = 'id, name, role, created_at, expires_at, revoked_at, last_used_at';

/** Puts a token on record; undefined when another one that is not revoked has its name. */
export async function createToken(pool: pg.Pool, token: NewToken): Promise<Token | undefined> {
  const { rows } = await pool.query<TokenRow>(
    `insert into holdfast.tokens (id, name, role, hash, expires_at) values ($1, $2, $3, $4, $5)
     on conflict (name) where revoked_at is null do nothing
     returning ${COLUMNS}`,
    [token.id, token.name, token.role, token.hash, token.expiresAt ?? null],
  );
  return rows[0] && tokenOf(rows[0]);
}

/** Every token, also the revoked ones; the newest first. */
export async function listTokens(pool: pg.Pool): Promise<Token[]> {
  const { rows } = await pool.query<TokenRow>(
    `select ${COLUMNS} from holdfast.tokens order by created_at desc, id`,
  );
  return rows.map(tokenOf);
}

/** Revokes the token of a name or an id that is not revoked yet; undefined when there is none. */
export async function revokeToken(pool: pg.Pool, nameOrId: string): Promise<Token | undefined> {
  const { rows } = await pool.query<TokenRow>(
    `update holdfast.tokens set revoked_at = now()
     where revoked_at is null and id = (
       select id from holdfast.tokens where revoked_at is null and (id = $1 or name = $1)
       -- A name may look like another token's id.
       order by id = $1 desc limit 1
     )
     returning ${COLUMNS}`,
    [nameOrId],
  );
  return rows[0] && tokenOf(rows[0]);
}

/** The token with a hash that may be used now, which is noted once a minute. */
export async function useToken(pool: pg.Pool, hash: string): Promise<Token | undefined> {
  const { rows } = await pool.query<TokenRow>(
    `with used as (
       update holdfast.tokens set last_used_at = now()
       where hash = $1 and ${USABLE}
         and (last_used_at is null or last_used_at < now() - interval '1 minute')
     )
     select ${COLUMNS} from holdfast.tokens where hash = $1 and ${USABLE}`,
    [hash],
  );
  return rows[0] && tokenOf(rows[0]);
}

/** Whether there is any token that may be used now, else whether there ever was one. */
export async function anyTokens(pool: pg.Pool): Promise<AnyTokens> {
  const { rows } = await pool.query<{ usable: boolean }>(
    `select ${USABLE} as usable from holdfast.tokens order by usable desc limit 1`,
  );
  const [best] = rows;
  if (best === undefined) return 'never';
  return best.usable ? 'usable' : 'past';
}

const USABLE = 'revoked_at is null and (expires_at is null or expires_at > now())';

function tokenOf(row: TokenRow): Token {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}
