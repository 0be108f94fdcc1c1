import type { Finding } from '../../domain/doctor/finding.ts';
import type { NodeFacts } from '../../domain/doctor/node-findings.ts';
import { nodeFindings } from '../../domain/doctor/node-findings.ts';
import { eachAtOnce } from '../../domain/each-at-once.ts';
import type { Node } from '../../domain/node.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { askLastBeat } from '../node-beat.ts';
import type { Examined } from './examined.ts';
import { ledgerNow, temporalNow } from './examined.ts';

const LOOKS_AT_ONCE = 8;

/** The nodes of the ledger, and for those that are online whether their leases beat. */
export async function lookAtNodes(examined: Examined, ledger: Ledger): Promise<Finding[]> {
  const nodes = await ledger.listNodes();
  const facts = await eachAtOnce(nodes, LOOKS_AT_ONCE, (node) => factsOf(examined, node));
  return nodeFindings(facts, examined.version);
}

async function factsOf(examined: Examined, node: Node): Promise<NodeFacts> {
  const { name, pool, version, state, leaseMs, mode } = node;
  return {
    name,
    pool,
    version,
    state,
    mode: mode.mode,
    modeReason: mode.reason,
    modeMs: Math.max(0, ledgerNow(examined) - mode.at),
    leaseMs,
    silentMs: state === 'online' ? await silenceOf(examined, name) : undefined,
  };
}

async function silenceOf(examined: Examined, name: string): Promise<NodeFacts['silentMs']> {
  const { temporal } = examined;
  if (temporal === undefined) return undefined;
  try {
    const at = await askLastBeat(temporal, name);
    return at === 'none' ? at : Math.max(0, temporalNow(examined) - at.getTime());
  } catch {
    return undefined;
  }
}
