import type { HoldfastClient } from '../client/connect.ts';

const PATIENCE_MS = 2_000;

/** Whether Temporal and the ledger answer, as `/readyz` tells it. */
export async function readiness(client: Pick<HoldfastClient, 'jobs'>): Promise<Response> {
  const reason = await whyNotReady(client);
  if (reason === undefined) return Response.json({ status: 'ready' });
  return Response.json({ status: 'not ready', reason }, { status: 503 });
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
