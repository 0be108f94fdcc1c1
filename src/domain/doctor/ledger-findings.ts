import type { Finding } from './finding.ts';
import { ok, problem, warning } from './finding.ts';

/** What a ledger says of itself. */
export interface LedgerFacts {
  /** Where it is, without a password. */
  readonly address: string;
  /** PostgreSQL's own words, and its number, such as 150004. */
  readonly version: string;
  readonly versionNumber: number;
  readonly isPglite: boolean;
  /** How long one query took. */
  readonly answerMs: number;
  readonly applied: readonly string[];
  /** The migrations of this version of Holdfast. */
  readonly known: readonly string[];
}

/** The first PostgreSQL that will do, and as its number. */
const OLDEST = 15;
/** A query that takes longer slows every job. */
const SLOW_MS = 250;

/** What there is to say of a ledger that answers. */
export function ledgerFindings(facts: LedgerFacts): Finding[] {
  return [reachable(facts), version(facts), schema(facts)];
}

/** True when this version of Holdfast can read what is in the ledger. */
export function isOurSchema({ applied, known }: Pick<LedgerFacts, 'applied' | 'known'>): boolean {
  return applied.length === known.length && known.every((name) => applied.includes(name));
}

function reachable({ address, answerMs }: LedgerFacts): Finding {
  const what = `the ledger at ${address} answers within ${Math.ceil(answerMs)} ms`;
  if (answerMs < SLOW_MS) return ok('ledger.reachable', what);
  return warning('ledger.reachable', what, 'see the load of PostgreSQL, and the way there');
}

function version({ version, versionNumber, isPglite }: LedgerFacts): Finding {
  const check = 'ledger.version';
  const major = Math.floor(versionNumber / 10_000);
  if (major < OLDEST) {
    const what = `expected PostgreSQL ${OLDEST} or newer, got ${version}`;
    return problem(check, what, `upgrade PostgreSQL to ${OLDEST} or newer`, 'ledger_unavailable');
  }
  const minor = versionNumber % 10_000;
  const embedded = isPglite ? ', embedded (PGlite): for development' : '';
  return ok(check, `PostgreSQL ${major}.${minor}${embedded}`);
}

function schema({ applied, known }: LedgerFacts): Finding {
  const check = 'ledger.schema';
  const newer = applied.filter((name) => !known.includes(name));
  if (newer.length > 0) {
    const what = `the schema is newer than this Holdfast, which does not know ${newer.join(', ')}`;
    const todo = 'run at least the version of Holdfast that last migrated this ledger';
    return problem(check, what, todo, 'ledger_schema_newer');
  }
  const lacking = known.filter((name) => !applied.includes(name));
  if (lacking.length === 0) return ok(check, `the schema is at ${known.at(-1) ?? 'no migration'}`);
  const what =
    applied.length === 0
      ? 'the ledger has no schema yet'
      : `the schema is older than this Holdfast: it lacks ${lacking.join(', ')}`;
  const todo = 'start an orchestrator of this version: `holdfast orchestrator` migrates the ledger';
  return problem(check, what, todo, 'ledger_unavailable');
}
