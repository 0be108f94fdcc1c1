import type { JobRequest } from '../domain/job.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { inTime } from './in-time.ts';
import { nearestName } from '../domain/nearest-name.ts';

/**
 * What looks wrong with a job's pin, in words: it is submitted all the same, since its node may be
 * about to come. Nothing when the ledger cannot be asked.
 */
export async function pinWarnings(
  ledger: Pick<Ledger, 'findNode' | 'listNodes'>,
  { pin, kind }: Pick<JobRequest, 'pin' | 'kind'>,
): Promise<readonly string[]> {
  if (pin === undefined) return [];
  return (await inTime(warningsOf(ledger, pin.node, kind))) ?? [];
}

async function warningsOf(
  ledger: Pick<Ledger, 'findNode' | 'listNodes'>,
  name: string,
  kind: string,
): Promise<string[]> {
  const node = await ledger.findNode(name);
  if (node === undefined) return [notRegistered(name, await ledger.listNodes({}))];
  if (node.kinds.includes(kind)) return [];
  return [
    `node ${name} does not run kind "${kind}"; it runs: ${[...node.kinds].sort().join(', ')}`,
  ];
}

function notRegistered(name: string, nodes: readonly { readonly name: string }[]): string {
  const nearest = nearestName(
    name,
    nodes.map((node) => node.name),
  );
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  return `no node ${name} is registered${hint}`;
}
