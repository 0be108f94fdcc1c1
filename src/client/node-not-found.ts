import { HoldfastError, show } from '../domain/errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { nearestName } from '../domain/nearest-name.ts';

/** The error for a node that is not on record; its hint is the nearest name that is. */
export async function nodeNotFound(
  ledger: Pick<Ledger, 'listNodes'>,
  name: string,
): Promise<HoldfastError> {
  // The error is worth more than its hint.
  const nodes = await ledger.listNodes({}).catch(() => []);
  const nearest = nearestName(
    name,
    nodes.map((node) => node.name),
  );
  return new HoldfastError('node_not_found', `no node ${show(name)} is registered`, {
    hint: nearest === undefined ? 'see `holdfast nodes list`' : `did you mean ${nearest}?`,
    details: { node: name, nearest },
  });
}
