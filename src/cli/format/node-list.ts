import type { ListedNode } from '../../client/list-nodes.ts';
import { labelText } from '../../domain/labels.ts';
import type { Node } from '../../domain/node.ts';
import type { PoolPause } from '../../domain/storm.ts';
import { oneLine } from '../report-error.ts';
import { formatTable, shorten } from './table.ts';
import { formatSpan } from './time.ts';

const KINDS_LIMIT = 40;
const LABELS_LIMIT = 40;
const CAUSE_LIMIT = 60;

/** Nodes as a table. */
export function formatNodeList(nodes: readonly ListedNode[], now: Date): string[] {
  return formatTable(
    ['NAME', 'POOL', 'STATE', 'MODE', 'SLOTS', 'KINDS', 'VERSION', 'LABELS', 'SINCE', 'CAUSE'],
    nodes.map((node) => [
      node.name,
      node.pool,
      node.isStopping && node.state === 'online' ? 'stopping' : node.state,
      node.mode.mode,
      formatSlots(node),
      shorten([...node.kinds].sort().join(','), KINDS_LIMIT),
      node.version,
      shorten(labelText(node.labels), LABELS_LIMIT),
      formatSpan(node.stateSince, now),
      shorten(formatCause(node), CAUSE_LIMIT),
    ]),
  );
}

/** A line for each pool whose failovers pause. */
export function formatPauses(pauses: readonly PoolPause[]): string[] {
  return pauses.map(({ pool, why }) =>
    oneLine(`paused: ${why}; go on now with \`holdfast nodes resume --pool ${pool}\``),
  );
}

/** Used slots and all of them; a dash for what no beat has told. */
export function formatSlots({ beat, slots }: Pick<ListedNode, 'beat' | 'slots'>): string {
  return `${beat === undefined ? '-' : beat.slotsUsed}/${slots}`;
}

/** Why a node is as it is: what an operator wants of it comes first. */
function formatCause({ mode, cause }: Pick<Node, 'mode' | 'cause'>): string {
  if (mode.mode === 'enabled') return cause;
  return `${cause}; ${mode.mode} by ${mode.by}: ${mode.reason}`;
}
