import { checkName } from '../domain/check.ts';
import { HoldfastError } from '../domain/errors.ts';
import { checkResourceName } from '../domain/need.ts';
import type { Resource, ResourceKey } from '../domain/resource.ts';
import { checkCapacity } from '../domain/resource.ts';
import type { Connections } from './connections.ts';
import { tellWaiting } from './tell-waiting.ts';

/** Whose resource is meant. */
export interface ResourceOptions {
  /** The pool that has it to itself. @default the whole fleet's */
  readonly pool?: string;
}

/** Which resources to list. */
export interface ResourceFilter {
  /** Only those of this pool. @default all, the fleet's and the pools' */
  readonly pool?: string;
}

/**
 * What there is of the things that jobs hold while they run. Each call also rejects with
 * `invalid_input` or `ledger_unavailable`.
 */
export interface ResourcesClient {
  /** Resources by name and pool; concurrency limits that somebody holds or waits for are among them. */
  list(filter?: ResourceFilter): Promise<Resource[]>;
  /**
   * Sets how much there is of a resource; it need not have been there. What is held is not taken
   * away: after a lower capacity nobody is granted more until enough was given back.
   *
   * @returns how many waiting jobs were granted all that they need by that
   */
  set(name: string, capacity: number, options?: ResourceOptions): Promise<{ granted: number }>;
  /**
   * Takes a resource away of which no job holds any and for which none waits.
   *
   * @throws HoldfastError `resource_not_found` or `resource_in_use`
   */
  remove(name: string, options?: ResourceOptions): Promise<void>;
}

/** A {@link ResourcesClient} over open connections. */
export function createResourcesClient(
  connections: Pick<Connections, 'client' | 'ledger'>,
): ResourcesClient {
  const { ledger } = connections;
  return {
    list: async ({ pool } = {}) => ledger.listResources(checkPool(pool)),
    set: async (name, capacity, { pool } = {}) => {
      const { granted, strayed } = await ledger.setResource({
        ...checkKey(name, pool),
        capacity: checkCapacity(capacity, 'capacity'),
      });
      await tellWaiting(connections, [...granted, ...strayed]);
      return { granted: granted.length };
    },
    remove: async (name, { pool } = {}) => {
      const key = checkKey(name, pool);
      if (!(await ledger.removeResource(key))) throw notFound(key);
    },
  };
}

function checkKey(name: string, pool: string | undefined): ResourceKey {
  return { name: checkResourceName(name, 'name'), ...checkPool(pool) };
}

function checkPool(pool: string | undefined): Pick<ResourceKey, 'pool'> {
  return { pool: pool === undefined ? undefined : checkName(pool, 'pool') };
}

function notFound({ name, pool }: ResourceKey): HoldfastError {
  const whose = pool === undefined ? 'of the fleet' : `of pool ${pool}`;
  return new HoldfastError('resource_not_found', `no resource ${whose} is called ${name}`, {
    hint: 'see `holdfast resources list`; a pool’s resource needs its pool',
    details: { resource: name, ...(pool === undefined ? {} : { pool }) },
  });
}
