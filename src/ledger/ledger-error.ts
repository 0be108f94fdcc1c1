import { HoldfastError } from '../domain/errors.ts';
import { maskPassword } from './pool.ts';

const IS_IT_UP = 'is PostgreSQL up? `holdfast dev` starts an embedded one';

// PostgreSQL's own codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
const HINTS: Readonly<Record<string, string>> = {
  '28P01': 'check the password in DATABASE_URL',
  '28000': 'check the user in DATABASE_URL',
  '3D000': 'create the database, or check its name in DATABASE_URL',
  '42501': 'grant the user the right to use the schema holdfast',
  '42P01': 'start an orchestrator once: it creates the tables',
  '3F000': 'start an orchestrator once: it creates the tables',
  '53300': 'raise max_connections of PostgreSQL: each of our processes uses up to 10',
  '57P01': IS_IT_UP,
  '57P03': IS_IT_UP,
  ECONNREFUSED: IS_IT_UP,
  ECONNRESET: IS_IT_UP,
  ETIMEDOUT: IS_IT_UP,
  EHOSTUNREACH: IS_IT_UP,
  ENOTFOUND: 'check the host in DATABASE_URL',
  EAI_AGAIN: 'check the host in DATABASE_URL',
};

/** Bad data, a broken constraint, a limit of the program: the same statement fails for ever. */
const DEFECTS = /^(22|23|54)[0-9A-Z]{3}$/;

/**
 * Any error of the ledger as a {@link HoldfastError}: `internal` when PostgreSQL refuses the statement
 * itself, else `ledger_unavailable` that names the address.
 */
export function ledgerError(error: unknown, databaseUrl: string): HoldfastError {
  if (error instanceof HoldfastError) return error;
  const code = codeOf(error);
  const message = messageOf(error);
  if (code !== undefined && DEFECTS.test(code)) {
    return new HoldfastError('internal', `the ledger refused a statement: ${message}`, {
      cause: error,
      details: { code },
    });
  }
  const hint = hintFor(code, message);
  return new HoldfastError(
    'ledger_unavailable',
    `ledger at ${maskPassword(databaseUrl)}: ${message}`,
    { cause: error, details: { code }, ...(hint === undefined ? {} : { hint }) },
  );
}

function hintFor(code: string | undefined, message: string): string | undefined {
  if (code !== undefined) return HINTS[code];
  // Without a code: the driver's own words for a server that is silent or went away.
  return /timeout|terminated/.test(message) ? IS_IT_UP : undefined;
}

function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

function messageOf(error: unknown): string {
  // A host with several addresses fails with one error for each, and an empty message.
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
