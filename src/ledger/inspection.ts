import type { LedgerFacts } from '../domain/doctor/ledger-findings.ts';
import type { UnfittingResource } from '../domain/doctor/resource-findings.ts';
import type { SessionFacts } from '../domain/doctor/session-findings.ts';
import type { ClockReading } from '../domain/doctor/clock-findings.ts';
import { heldSessions } from './held-sessions.ts';
import { ledgerFacts, readLedgerClock } from './ledger-facts.ts';
import type { Call } from './outbox.ts';
import { unfittingResources } from './unfitting-resources.ts';

/** What `holdfast doctor` asks a ledger, whatever its schema is. */
export interface Inspection {
  facts(): Promise<LedgerFacts>;
  clock(): Promise<ClockReading>;
  /** Sessions in which results wait, those that have waited longest first. Needs this version's schema. */
  heldSessions(limit: number): Promise<SessionFacts>;
  /** Resources of which waiting jobs want more than there is in all. Needs this version's schema. */
  unfittingResources(limit: number): Promise<UnfittingResource[]>;
}

/** An {@link Inspection} of a ledger; the address is what is told of where it is. */
export function createInspection(call: Call, address: string): Inspection {
  const facts = call(ledgerFacts);
  return {
    facts: () => facts(address),
    clock: call(readLedgerClock),
    heldSessions: call(heldSessions),
    unfittingResources: call(unfittingResources),
  };
}
