import { PLACE_AGAIN_SIGNAL } from '../../domain/messages.ts';
import type { Turn } from '../../ledger/release-session.ts';
import type { Client } from './tell-jobs.ts';
import { tellJobs } from './tell-jobs.ts';

/** Tells a job of a strict session that its turn has come. One that was not told asks by itself. */
export async function tellTurn(client: Client, { jobId: job, generation }: Turn): Promise<void> {
  await tellJobs(client, [{ job, generation }], PLACE_AGAIN_SIGNAL, () => []).catch(
    () => undefined,
  );
}
