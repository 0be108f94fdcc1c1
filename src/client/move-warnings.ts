import type { JobRequest } from '../domain/job.ts';
import { hasLabels, labelText } from '../domain/labels.ts';
import type { Move } from '../domain/messages.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { nearestName } from '../domain/nearest-name.ts';
import { pinWarnings } from './pin-warnings.ts';

/** What looks wrong with where a job was moved to, in words: it is moved all the same. */
export async function moveWarnings(
  ledger: Pick<Ledger, 'findNode' | 'listNodes'>,
  to: Move,
  { kind, labels = {} }: Pick<JobRequest, 'kind' | 'labels'>,
): Promise<readonly string[]> {
  if ('node' in to) {
    const node = await ledger.findNode(to.node);
    const lacks = node !== undefined && !hasLabels(node.labels, labels);
    return [
      ...(await pinWarnings(ledger, { kind, pin: { node: to.node } })),
      ...(lacks ? [`node ${to.node} is not labelled ${labelText(labels)}, as the job wants`] : []),
    ];
  }
  const nodes = await ledger.listNodes({});
  if (nodes.some(({ pool }) => pool === to.pool)) return [];
  const nearest = nearestName(to.pool, [...new Set(nodes.map(({ pool }) => pool))]);
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  return [`no node of pool ${to.pool} is registered${hint}`];
}
