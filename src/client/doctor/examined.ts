import type { Client } from '@temporalio/client';
import type { ClockFacts } from '../../domain/doctor/clock-findings.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { TemporalPlace } from '../../domain/temporal-error.ts';

/** A Temporal namespace that answers. */
export interface ExaminedTemporal {
  readonly client: Client;
  readonly place: TemporalPlace;
  readonly namespaceId: string;
  readonly capabilities: Readonly<{
    readonly workerPollCompleteOnShutdown?: boolean | null;
    readonly workerCommands?: boolean | null;
  }>;
}

/** What the doctor may look at; what does not answer is left out. */
export interface Examined {
  readonly temporal: ExaminedTemporal | undefined;
  /** A ledger that answers and has the schema of this version. */
  readonly ledger: Ledger | undefined;
  readonly clocks: ClockFacts;
  /** The version of Holdfast that asks. */
  readonly version: string;
}

/** The time by Temporal's clock, as far as that is known. */
export function temporalNow({ clocks }: Pick<Examined, 'clocks'>): number {
  return Date.now() + (clocks.temporal?.offsetMs ?? 0);
}

/** The time by the ledger's clock, as far as that is known. */
export function ledgerNow({ clocks }: Pick<Examined, 'clocks'>): number {
  return Date.now() + (clocks.ledger?.offsetMs ?? 0);
}
