import { getClient } from '@temporalio/activity';
import type { AskGrant, GrantAnswer } from '../../domain/activities.ts';
import { PLACE_AGAIN_SIGNAL } from '../../domain/messages.ts';
import type { GrantedJob } from '../../ledger/decide-grants.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { tellJobs } from './tell-jobs.ts';

/** Asks for what a job needs, and tells the others that were granted by it. */
export async function askGrant(ledger: Ledger, ask: AskGrant): Promise<GrantAnswer> {
  const { answer, granted } = await ledger.askGrant(ask);
  await tellGranted(granted);
  return answer;
}

/** Tells jobs that wait for resources to ask again. One that was not told asks by itself. */
export async function tellGranted(granted: readonly GrantedJob[] = []): Promise<void> {
  if (granted.length === 0) return;
  await tellJobs(getClient(), granted, PLACE_AGAIN_SIGNAL, () => []).catch(() => undefined);
}
