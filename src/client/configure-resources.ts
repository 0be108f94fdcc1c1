import type { ResourceCapacity } from '../domain/resource.ts';
import type { Connections } from './connections.ts';
import { tellWaiting } from './tell-waiting.ts';

/** Sets the resources of a configuration, as far as that has changed, and tells who is granted some. */
export async function configureResources(
  connections: Pick<Connections, 'client' | 'ledger'>,
  resources: readonly ResourceCapacity[],
): Promise<void> {
  if (resources.length === 0) return;
  const { granted, strayed } = await connections.ledger.configureResources(resources);
  await tellWaiting(connections, [...granted, ...strayed]);
}
