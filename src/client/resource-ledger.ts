// SEAM, to be bound when the ledger's part is merged: see `resourceLedger` below.
import type { GrantAnswer } from '../domain/activities.ts';
import { HoldfastError } from '../domain/errors.ts';
import type { Resource, ResourceCapacity, ResourceKey } from '../domain/resource.ts';
import type { LedgerClosing } from '../ledger/close-job.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { PlacedJob } from '../ledger/reservations.ts';

/** A start of a job that was granted what it had waited for. */
export type GrantedJob = Pick<PlacedJob, 'job' | 'generation'>;

/** What a client asks a ledger about resources. */
export interface ResourceLedger {
  /** By name and pool; those of one pool, when it is given, without the fleet's. */
  listResources(filter: { readonly pool?: string | undefined }): Promise<Resource[]>;
  /** Sets how much there is; answers the jobs that are granted what they need by that. */
  setResource(resource: ResourceCapacity): Promise<readonly GrantedJob[]>;
  /** False when there was none. What is held goes on; who waits for it goes on waiting. */
  removeResource(resource: ResourceKey): Promise<boolean>;
  /** Sets those whose configuration has changed since it was last said. */
  configureResources(resources: readonly ResourceCapacity[]): Promise<readonly GrantedJob[]>;
  /** How an open job that needs something stands now; undefined when it asked for nothing. */
  grantOf(job: string, generation: number): Promise<GrantAnswer | undefined>;
}

/** The ledger's questions about resources. BIND: `return ledger;` once {@link Ledger} has them all. */
export function resourceLedger(ledger: Ledger): ResourceLedger {
  const bound = ledger as Ledger & Partial<ResourceLedger>;
  const ask =
    <Name extends keyof ResourceLedger>(name: Name) =>
    async (...args: Parameters<ResourceLedger[Name]>): Promise<never> => {
      const method = bound[name] as ((...args: unknown[]) => Promise<never>) | undefined;
      if (method !== undefined) return method(...args);
      throw new HoldfastError('internal', `the ledger does not answer ${name} yet`);
    };
  return {
    listResources: ask('listResources'),
    setResource: ask('setResource'),
    removeResource: ask('removeResource'),
    configureResources: ask('configureResources'),
    grantOf: ask('grantOf'),
  };
}

/** Who was granted something by the end of a job. BIND: the field of {@link LedgerClosing}. */
export function grantedBy(closing: LedgerClosing): readonly GrantedJob[] {
  return (closing as LedgerClosing & { granted?: readonly GrantedJob[] }).granted ?? [];
}
