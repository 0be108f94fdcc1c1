import type { Client } from '@temporalio/client';
import type { TemporalPlace } from '../domain/temporal-error.ts';
import type { KindOverrides } from '../domain/kind-override.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** What the parts of a client share. */
export interface Connections {
  readonly client: Client;
  readonly ledger: Ledger;
  readonly place: TemporalPlace;
  /** What the configuration says of kinds, in place of their definitions. */
  readonly kinds: KindOverrides;
}
