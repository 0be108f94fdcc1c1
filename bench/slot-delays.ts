import pg from 'pg';
import { quantile, rounded } from './quantile.ts';

/** What the consumers saw: milliseconds since the Unix epoch, by session and index. */
export type Seen = ReadonlyMap<string, readonly number[]>;

/** When a slot was filled and released, milliseconds since the Unix epoch, by the ledger's clock. */
interface SlotTimes {
  readonly session: string;
  readonly index: number;
  readonly filledAt: number;
  readonly releasedAt: number;
}

/** The times of every slot of some sessions. No client tells them: they are the ledger's own. */
async function readSlotTimes(
  databaseUrl: string,
  sessions: readonly string[],
): Promise<SlotTimes[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<Record<keyof SlotTimes, string>>(
      `select session_id as session, index,
              extract(epoch from filled_at) * 1000 as "filledAt",
              extract(epoch from released_at) * 1000 as "releasedAt"
       from holdfast.session_slots
       where session_id = any($1) and released_at is not null`,
      [sessions],
    );
    return rows.map(({ session, index, filledAt, releasedAt }) => ({
      session,
      index: Number(index),
      filledAt: Number(filledAt),
      releasedAt: Number(releasedAt),
    }));
  } finally {
    await client.end();
  }
}

/** How long after its being filled, and after its release, each slot was seen. */
export async function slotDelays(databaseUrl: string, seen: Seen) {
  const times = await readSlotTimes(databaseUrl, [...seen.keys()]);
  const since = (from: 'filledAt' | 'releasedAt') => {
    const delays = times.map((slot) => (seen.get(slot.session)?.[slot.index] ?? NaN) - slot[from]);
    return { p50: rounded(quantile(delays, 0.5)), p99: rounded(quantile(delays, 0.99)) };
  };
  return { delayMs: since('filledAt'), releaseMs: since('releasedAt'), released: times.length };
}
