import type { HoldfastClient } from '../client/connect.ts';

const PATIENCE_MS = 2_000;

/** Anyone may ask, so what was seen last is told for so long: both servers are looked at once a second. */
const FRESH_MS = 1_000;

/** Tells whether Temporal and the ledger answer, as `/readyz` does. */
export function createReadiness(client: Pick<HoldfastClient, 'jobs'>): () => Promise<Response> {
  let look: Promise<string | undefined> | undefined;
  const lookAfresh = async (): Promise<string | undefined> => {
    try {
      return await whyNotReady(client);
    } finally {
      setTimeout(() => (look = undefined), FRESH_MS).unref();
    }
  };
  return async () => {
    const reason = await (look ??= lookAfresh());
    if (reason === undefined) return Response.json({ status: 'ready' });
    return Response.json({ status: 'not ready', reason }, { status: 503 });
  };
}

async function whyNotReady({ jobs }: Pick<HoldfastClient, 'jobs'>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    const words = `Temporal or the ledger did not answer within ${PATIENCE_MS / 1000} s`;
    timer = setTimeout(() => resolve(words), PATIENCE_MS);
  });
  // Open jobs are looked up at both servers.
  const look = jobs.list({ state: 'open', limit: 1 }).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  try {
    return await Promise.race([look, late]);
  } finally {
    clearTimeout(timer);
  }
}
