import { setTimeout as delay } from 'node:timers/promises';
import type { JobRequest } from '../domain/job.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { nearestName } from './nearest-name.ts';

/** A submit does not wait longer than this for a ledger that may be away. */
const PATIENCE_MS = 2_000;

/**
 * What looks wrong with a job's pin, in words: it is submitted all the same, since its node may be
 * about to come. Nothing when the ledger cannot be asked.
 */
export async function pinWarnings(
  ledger: Pick<Ledger, 'findNode' | 'listNodes'>,
  { pin, kind }: Pick<JobRequest, 'pin' | 'kind'>,
): Promise<readonly string[]> {
  if (pin === undefined) return [];
  const stop = new AbortController();
  const tooLate = delay(PATIENCE_MS, [], { signal: stop.signal, ref: false }).catch(() => []);
  try {
    return await Promise.race([warningsOf(ledger, pin.node, kind), tooLate]);
  } catch {
    return [];
  } finally {
    stop.abort();
  }
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
