import { temporalError } from '../domain/temporal-error.ts';
import type { NewestGeneration } from '../ledger/find-newest.ts';
import type { Connections } from './connections.ts';
import type { IdHolder } from './dedupe.ts';
import { findStarted } from './find-started.ts';
import { inTime } from './in-time.ts';

/**
 * The newest generation of an id, or undefined when nobody knows any. The ledger tells, and Temporal of
 * what is started and not on record yet, or is no longer.
 *
 * @param onRecord what the ledger says, where it was asked; it is asked again if in doubt
 * @throws HoldfastError `temporal_unavailable`
 */
export async function findHolder(
  connections: Connections,
  id: string,
  onRecord: NewestGeneration | undefined,
): Promise<IdHolder | undefined> {
  try {
    return await newest(connections, id, onRecord);
  } catch (error) {
    throw temporalError(error, connections.place);
  }
}

async function newest(
  connections: Connections,
  id: string,
  onRecord: NewestGeneration | undefined,
): Promise<IdHolder | undefined> {
  let holder = onRecord && holderOf(id, onRecord);
  // A generation is started when the one before it is closed: an open one has no successor.
  while (holder?.state !== 'open') {
    const generation = (holder?.generation ?? 0) + 1;
    const started = await findStarted(connections, id, generation);
    if (started === undefined) return holder;
    const { state, isOver, wasForced } = started;
    holder = { id, generation, state, isOver };
    if (!wasForced) continue;
    const now = await inTime(connections.ledger.findNewest(id));
    if (now !== undefined && now.generation >= generation) holder = holderOf(id, now);
  }
  return holder;
}

function holderOf(id: string, { generation, state, isOver }: NewestGeneration): IdHolder {
  return { id, generation, state, isOver };
}

/**
 * The newest generation of an id; 1 when nobody knows any. What does not answer is done without: then
 * it is the newest of which the other knows.
 */
export async function newestGeneration(connections: Connections, id: string): Promise<number> {
  const onRecord = await inTime(connections.ledger.findNewest(id));
  const holder = await findHolder(connections, id, onRecord).catch(() => onRecord);
  return holder?.generation ?? 1;
}
