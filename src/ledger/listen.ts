import { randomUUID } from 'node:crypto';
import pg from 'pg';

/** Hears of a channel until it is closed; it connects again by itself. */
export interface News {
  /**
   * Whether news is known to come through: an embedded ledger and some poolers deliver none. Even
   * then news may be lost with a connection, so readers have to poll as well, if less often.
   */
  isHeard(): boolean;
  close(): Promise<void>;
}

/** The longest wait between two tries to connect; the first is a hundredth of it. */
const LONGEST_WAIT_MS = 10_000;

/** Each listener tests itself on a channel of its own. */
const PROBE_CHANNEL = 'holdfast_probe';

/**
 * Hears of everything that is sent to a channel. Never throws: without a connection it hears
 * nothing, and tries again.
 */
export function listen(pool: pg.Pool, wanted: string, onNews: (payload: string) => void): News {
  const probe = randomUUID();
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isHeard = false;
  let isClosed = false;
  let failures = 0;

  const connect = async (): Promise<void> => {
    const connected = new pg.Client(pool.options);
    client = connected;
    connected.on('notification', ({ channel, payload = '' }) => {
      if (connected !== client) return;
      if (channel === wanted) onNews(payload);
      else if (payload === probe) isHeard = true;
    });
    // An error is followed by the end, which is all that matters here.
    connected.on('error', () => undefined);
    connected.once('end', () => reconnect(connected));
    try {
      await connected.connect();
      await connected.query(`listen ${wanted}; listen ${PROBE_CHANNEL}`);
      // From another connection, as all news comes.
      await pool.query('select pg_notify($1, $2)', [PROBE_CHANNEL, probe]);
      failures = 0;
    } catch {
      void drop(connected);
      reconnect(connected);
    }
  };
  const reconnect = (lost: pg.Client): void => {
    if (lost !== client) return;
    client = undefined;
    isHeard = false;
    if (isClosed) return;
    const waitMs = Math.min(LONGEST_WAIT_MS, (LONGEST_WAIT_MS / 100) * 2 ** failures++);
    timer = setTimeout(() => void (connecting = connect()), waitMs).unref();
  };

  let connecting = connect();
  return {
    isHeard: () => isHeard,
    close: async () => {
      isClosed = true;
      clearTimeout(timer);
      // The driver never ends a client that is ended while it connects.
      await connecting;
      const last = client;
      client = undefined;
      isHeard = false;
      if (last !== undefined) await drop(last);
    },
  };
}

async function drop(client: pg.Client): Promise<void> {
  await client.end().catch(() => undefined);
}
