import type { Finding } from '../../domain/doctor/finding.ts';
import type { JobFacts } from '../../domain/doctor/job-findings.ts';
import { jobFindings } from '../../domain/doctor/job-findings.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { pendingJobs } from '../pending-jobs.ts';
import type { Examined } from './examined.ts';
import { ledgerNow } from './examined.ts';
import { within } from '../within.ts';

const LOOKED_AT = 200;
const PATIENCE_MS = 7_000;

/** The jobs that wait longest. Without Temporal, those that the ledger knows to wait for a place. */
export async function lookAtJobs(examined: Examined, ledger: Ledger): Promise<Finding[]> {
  const { temporal } = examined;
  const now = ledgerNow(examined);
  const known = () => waitsOnRecord(ledger, now);
  if (temporal === undefined) return jobFindings(await known());
  const { client, place } = temporal;
  const looked = await within(
    PATIENCE_MS,
    pendingJobs({ client, ledger, place, kinds: {} }, { limit: LOOKED_AT }),
  ).catch(() => undefined);
  if (looked === undefined) return jobFindings({ ...(await known()), hasMore: true });
  // A retry that waits for its time waits as it should.
  const jobs = looked.jobs.filter(({ waitsFor }) => waitsFor !== 'backoff');
  const waiting = jobs.map(({ id, why, since }) => ({ id, why, waitedMs: now - since.getTime() }));
  return jobFindings({ waiting, hasMore: looked.hasMore });
}

async function waitsOnRecord(ledger: Ledger, now: number): Promise<JobFacts> {
  const waits = await ledger.listWaits({ limit: LOOKED_AT });
  const waiting = waits.map(({ job, why, since }) => ({ id: job, why, waitedMs: now - since }));
  return { waiting, hasMore: true };
}
