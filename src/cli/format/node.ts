import type { NodeView } from '../../client/node-view.ts';
import { labelText } from '../../domain/labels.ts';
import { formatSlots } from './node-list.ts';
import { formatFields, formatTable, shorten } from './table.ts';
import { formatTime, formatTimeAndAge } from './time.ts';

const REASON_LIMIT = 100;

/** A node with all that is known of it, for people. */
export function formatNode(node: NodeView, now: Date): string[] {
  const { mode, labels, beat } = node;
  const deadline = mode.deadlineAt === undefined ? undefined : new Date(mode.deadlineAt);
  const hasMode = mode.mode !== 'enabled' || mode.at > 0;
  return [
    ...formatFields({
      node: node.name,
      pool: node.pool,
      state: node.isStopping && node.state === 'online' ? 'online, stopping' : node.state,
      since: `${formatTimeAndAge(node.stateSince, now)}, ${node.cause}`,
      mode: mode.mode,
      'set by': hasMode ? `${mode.by}, ${formatTimeAndAge(new Date(mode.at), now)}` : undefined,
      reason: mode.reason === '' ? undefined : mode.reason,
      deadline: deadline && formatTimeAndAge(deadline, now),
      slots: formatSlots(node),
      placed: String(node.reserved),
      kinds: [...node.kinds].sort().join(', '),
      labels: Object.keys(labels).length === 0 ? undefined : labelText(labels),
      lease: `${node.leaseMs / 1000} s`,
      version: node.version,
      incarnation: node.incarnation,
      registered: formatTimeAndAge(node.registeredAt, now),
    }),
    ...formatRuns(beat),
    ...formatEvents(node),
  ];
}

function formatRuns(beat: NodeView['beat']): string[] {
  if (beat === undefined || beat.running.length === 0) return [];
  const rows = beat.running.map(({ job, epoch }) => [job, String(epoch)]);
  return ['', ...formatTable(['RUNS', 'EPOCH'], rows)];
}

function formatEvents({ events }: NodeView): string[] {
  if (events.length === 0) return [];
  const rows = events.map(({ at, event, by, reason }) => [
    formatTime(at),
    event,
    by,
    shorten(reason, REASON_LIMIT),
  ]);
  return ['', ...formatTable(['AT', 'EVENT', 'BY', 'REASON'], rows)];
}
