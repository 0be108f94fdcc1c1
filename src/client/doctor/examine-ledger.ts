import { databaseUrl } from '../../config/database-url.ts';
import type { Finding } from '../../domain/doctor/finding.ts';
import { failed } from '../../domain/doctor/finding.ts';
import { isOurSchema, ledgerFindings } from '../../domain/doctor/ledger-findings.ts';
import { HoldfastError } from '../../domain/errors.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { within } from '../within.ts';

/** What came of it: a ledger that answers, whether it can be read, and what there is to say of it. */
export interface LedgerExamination {
  readonly ledger: Ledger | undefined;
  readonly isReadable: boolean;
  readonly findings: readonly Finding[];
  close(): Promise<void>;
}

const PATIENCE_MS = 5_000;

/** Connects to the ledger and asks it about itself. It never rejects. */
export async function examineLedger(url: string | undefined): Promise<LedgerExamination> {
  let ledger: Ledger | undefined;
  const close = async () => ledger?.close();
  try {
    ledger = openLedger(databaseUrl(url));
    const facts = await within(PATIENCE_MS, ledger.inspection.facts());
    const findings = ledgerFindings(facts);
    return { ledger, isReadable: isOurSchema(facts), findings, close };
  } catch (error) {
    const known =
      error instanceof HoldfastError
        ? error
        : new HoldfastError('ledger_unavailable', `the ledger: ${String(error)}`);
    const findings = [failed('ledger.reachable', known)];
    return { ledger: undefined, isReadable: false, findings, close };
  }
}
