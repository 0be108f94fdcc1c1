import type { Token } from '../../domain/access.ts';
import { formatTable } from './table.ts';
import { formatTime } from './time.ts';

/** Tokens as a table. */
export function formatTokens(tokens: readonly Token[], now: Date): string[] {
  return formatTable(
    ['ID', 'NAME', 'ROLE', 'STATE', 'CREATED', 'EXPIRES', 'LAST USED'],
    tokens.map((token) => [
      token.id,
      token.name,
      token.role,
      stateOf(token, now),
      formatTime(token.createdAt),
      token.expiresAt === undefined ? 'never' : formatTime(token.expiresAt),
      formatTime(token.lastUsedAt),
    ]),
  );
}

function stateOf({ revokedAt, expiresAt }: Token, now: Date): string {
  if (revokedAt !== undefined) return 'revoked';
  return expiresAt !== undefined && expiresAt <= now ? 'expired' : 'valid';
}
