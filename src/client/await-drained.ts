import { setTimeout as delay } from 'node:timers/promises';
import { checkName } from '../domain/check.ts';
import { HoldfastError } from '../domain/errors.ts';
import type { HeldAttempt, Node, NodeEvent } from '../domain/node.ts';
import { temporalError } from '../domain/temporal-error.ts';
import type { NodeEventRecord } from '../ledger/node-events.ts';
import type { Connections } from './connections.ts';
import { handedBackSince } from './handed-back.ts';
import { readBeat } from './node-beat.ts';
import { nodeNotFound } from './node-not-found.ts';

/** What came of a drain. */
export interface DrainReport {
  readonly node: string;
  /**
   * What ended it: `drained`; or the node went (`stopped`, `lost`, `superseded`); or somebody gave
   * it another mode (`enabled`, `cordoned`), and it drains no more.
   */
  readonly ended: NodeEvent;
  /** Attempts that ran when the wait began and ended on the node. */
  readonly finished: number;
  /** Attempts that the node gave back: they run again on another one. */
  readonly handedBack: readonly HeldAttempt[];
  /** Attempts that still ran when the node was last heard of; none unless it was lost. */
  readonly lost: readonly HeldAttempt[];
}

/** How to wait for a drain. */
export interface DrainedOptions {
  /** Ends the wait; the drain goes on. */
  readonly signal?: AbortSignal;
  /** Told whenever the attempts that the node still runs have changed. */
  readonly onProgress?: (running: readonly HeldAttempt[]) => void;
}

const POLL_MS = 500;
const EVENTS = 20;
/** After these a node runs nothing any more, as far as anybody knows. */
const GONE: readonly NodeEvent[] = ['stopped', 'lost', 'superseded', 'forgotten'];

/**
 * See `NodesClient.drained`.
 *
 * @param before what ran when the drain was asked for, where that is known
 */
export async function awaitDrained(
  connections: Connections,
  name: string,
  { signal, onProgress }: DrainedOptions = {},
  before?: readonly HeldAttempt[],
): Promise<DrainReport> {
  checkName(name, 'node');
  let atStart = before;
  let running: readonly HeldAttempt[] | undefined;
  for (;;) {
    signal?.throwIfAborted();
    const { node, ended, since } = await lookAt(connections, name);
    // After its end a beat may still name what has been given back: only one before it counts.
    const beat = ended === undefined ? await readBeat(connections, name) : undefined;
    if (beat !== undefined && beat.incarnation === node.incarnation) {
      const isNews = running === undefined || idsOf(beat.running) !== idsOf(running);
      if (isNews) onProgress?.(beat.running);
      running = beat.running;
      atStart ??= running;
    }
    if (ended !== undefined) {
      const known = { atStart: atStart ?? [], running: running ?? [] };
      return report(connections, name, { ended, since, ...known });
    }
    await delay(POLL_MS, undefined, signal === undefined ? {} : { signal });
  }
}

interface Look {
  readonly node: Node;
  readonly ended: NodeEvent | undefined;
  /** When the drain began, milliseconds since the Unix epoch. */
  readonly since: number;
}

async function lookAt({ ledger }: Connections, name: string): Promise<Look> {
  const node = await ledger.findNode(name);
  if (node === undefined) throw await nodeNotFound(ledger, name);
  const events = await ledger.nodeEvents(name, EVENTS);
  const start = events.findIndex(({ event }) => event === 'draining');
  const since = events[start]?.at.getTime() ?? node.mode.at;
  const sinceThen = start === -1 ? events : events.slice(0, start);
  return { node, ended: endOfDrain(node, sinceThen), since };
}

/**
 * What ended the drain of a node, or undefined while it goes on.
 *
 * @param events since the drain began, the newest first
 */
export function endOfDrain(
  { mode, state, cause }: Pick<Node, 'mode' | 'state' | 'cause'>,
  events: readonly Pick<NodeEventRecord, 'event'>[],
): NodeEvent | undefined {
  const last = events.find(({ event }) => event === 'drained' || GONE.includes(event));
  if (last !== undefined) return last.event;
  if (mode.mode !== 'draining') return mode.mode;
  return state === 'offline' ? cause : undefined;
}

interface End {
  readonly ended: NodeEvent;
  readonly since: number;
  readonly atStart: readonly HeldAttempt[];
  readonly running: readonly HeldAttempt[];
}

async function report(
  connections: Connections,
  node: string,
  { ended, since, atStart, running }: End,
): Promise<DrainReport> {
  const handedBack = await handedBackSince(connections, node, since).catch((error: unknown) => {
    throw error instanceof HoldfastError ? error : temporalError(error, connections.place);
  });
  const isLost = ended === 'lost' || ended === 'superseded';
  const isOver = ended === 'drained' || ended === 'stopped' || isLost;
  const lost = isLost ? without(running, handedBack) : [];
  const unfinished = isOver ? lost : running;
  const finished = without(without(atStart, handedBack), unfinished).length;
  return { node, ended, finished, handedBack, lost };
}

function without(all: readonly HeldAttempt[], some: readonly HeldAttempt[]): HeldAttempt[] {
  const ids = new Set(some.map(idOf));
  return all.filter((attempt) => !ids.has(idOf(attempt)));
}

function idOf({ job, generation, epoch }: HeldAttempt): string {
  return `${generation}/${epoch}/${job}`;
}

function idsOf(attempts: readonly HeldAttempt[]): string {
  return attempts.map(idOf).sort().join('\n');
}
