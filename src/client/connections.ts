import type { Client } from '@temporalio/client';
import type { TemporalPlace } from '../domain/temporal-error.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** What the parts of a client share. */
export interface Connections {
  readonly client: Client;
  readonly ledger: Ledger;
  readonly place: TemporalPlace;
}
