import type { DoctorGroup, Finding } from '../../domain/doctor/finding.ts';
import { DOCTOR_GROUPS, failed, problem, unknown } from '../../domain/doctor/finding.ts';
import { outboxFindings } from '../../domain/doctor/outbox-findings.ts';
import { poolFindings } from '../../domain/doctor/pool-findings.ts';
import { clockFindings } from '../../domain/doctor/clock-findings.ts';
import { resourceFindings } from '../../domain/doctor/resource-findings.ts';
import { sessionFindings } from '../../domain/doctor/session-findings.ts';
import { HoldfastError } from '../../domain/errors.ts';
import { temporalError } from '../../domain/temporal-error.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { givenConfig } from '../../config/given-config.ts';
import type { ConnectOptions } from '../connect.ts';
import { examineLedger } from './examine-ledger.ts';
import { examineTemporal } from './examine-temporal.ts';
import type { Examined, ExaminedTemporal } from './examined.ts';
import { ledgerNow, temporalNow } from './examined.ts';
import { lookAtJobs } from './look-at-jobs.ts';
import { lookAtNodes } from './look-at-nodes.ts';
import { lookAtOrchestrators } from './look-at-orchestrators.ts';
import { lookAtSchedules } from './look-at-schedules.ts';
import { lookAtSettings } from './look-at-settings.ts';
import { lookAtSweep } from './look-at-sweep.ts';
import { readClocks } from './read-clocks.ts';
import { TooSlow, within } from '../within.ts';

/** Nothing is waited for longer than this. */
const GROUP_MS = 10_000;
const CLOSE_MS = 1_000;
const SHOWN = 10;

/** What asks: where the servers are, and its own version. */
export interface DiagnoseOptions extends ConnectOptions {
  readonly version: string;
}

/**
 * Looks at everything that keeps jobs from running, and changes nothing. What does not answer hides nothing
 * else. It ends within half a minute.
 *
 * @throws HoldfastError `invalid_input` when the configuration is wrong, and for nothing else
 */
export async function diagnose(options: DiagnoseOptions): Promise<readonly Finding[]> {
  const config = await givenConfig(options);
  const [ofTemporal, ofLedger] = await Promise.all([
    examineTemporal(config.temporal, options.temporal),
    examineLedger(options.databaseUrl ?? config.database.url),
  ]);
  try {
    const { temporal } = ofTemporal;
    const { ledger, isReadable } = ofLedger;
    const clocks = await within(GROUP_MS, readClocks(temporal, ledger)).catch(() => ({
      temporal: undefined,
      ledger: undefined,
    }));
    const readable = isReadable ? ledger : undefined;
    const examined = { temporal, ledger: readable, clocks, version: options.version };
    const found = await Promise.all(
      DOCTOR_GROUPS.map(async (group) => {
        if (group === 'temporal') return ofTemporal.findings;
        if (group === 'ledger') return ofLedger.findings;
        if (group === 'clocks') return clockFindings(clocks);
        return lookAtGroup(group, examined);
      }),
    );
    return found.flat();
  } finally {
    const closed = Promise.all([ofTemporal.close(), ofLedger.close()]);
    await within(CLOSE_MS, closed).catch(() => undefined);
  }
}

type LookedAtGroup = Exclude<DoctorGroup, 'temporal' | 'ledger' | 'clocks'>;

/** What a group needs, and how it is looked at; without what it needs it is not. */
async function lookAtGroup(group: LookedAtGroup, examined: Examined): Promise<Finding[]> {
  try {
    return await within(GROUP_MS, look(group, examined));
  } catch (error) {
    const check = `${group}.looked_at` as const;
    if (error instanceof NotThere) return [unknown(check, `not looked at: ${error.message}`)];
    if (error instanceof TooSlow) return [problem(check, error.message, TRY_AGAIN)];
    return [failed(check, knownError(error, examined))];
  }
}

const TRY_AGAIN = 'see the load of the servers, and try again';

class NotThere extends Error {}

function look(group: LookedAtGroup, examined: Examined): Promise<Finding[]> {
  switch (group) {
    case 'settings':
      return withTemporal(examined, lookAtSettings);
    case 'orchestrators':
      return withTemporal(examined, (temporal) =>
        lookAtOrchestrators(temporal, temporalNow(examined)),
      );
    case 'nodes':
      return withLedger(examined, (ledger) => lookAtNodes(examined, ledger));
    case 'pools':
      return withLedger(examined, async (ledger) =>
        poolFindings(await ledger.poolPauses(), ledgerNow(examined)),
      );
    case 'outbox':
      return withLedger(examined, lookAtOutbox);
    case 'jobs':
      return withLedger(examined, (ledger) => lookAtJobs(examined, ledger));
    case 'resources':
      return withLedger(examined, async ({ inspection }) =>
        resourceFindings(await inspection.unfittingResources(SHOWN)),
      );
    case 'sessions':
      return withLedger(examined, async ({ inspection }) =>
        sessionFindings(await inspection.heldSessions(SHOWN)),
      );
    case 'schedules':
      return withLedger(examined, (ledger) => lookAtSchedules(ledger, ledgerNow(examined)));
    case 'sweep':
      return withLedger(examined, (ledger) =>
        lookAtSweep(examined.temporal, ledger, temporalNow(examined)),
      );
  }
}

async function withTemporal(
  { temporal }: Examined,
  look: (temporal: ExaminedTemporal) => Promise<Finding[]>,
): Promise<Finding[]> {
  if (temporal === undefined) throw new NotThere('Temporal, or its namespace, does not answer');
  return look(temporal);
}

async function withLedger(
  { ledger }: Examined,
  look: (ledger: Ledger) => Promise<Finding[]>,
): Promise<Finding[]> {
  if (ledger === undefined) throw new NotThere('the ledger cannot be read');
  return look(ledger);
}

async function lookAtOutbox({ outbox }: Ledger): Promise<Finding[]> {
  const [counts, [first]] = await Promise.all([
    outbox.counts(),
    outbox.list({ state: 'dead', limit: 1 }),
  ]);
  const { id, error } = first ?? {};
  const why = error === undefined ? 'no reason is on record' : `${error.code}: ${error.message}`;
  const firstDead = id === undefined ? undefined : { id, why };
  return outboxFindings({ ...counts, oldestMs: counts.oldestMs, firstDead });
}

function knownError(error: unknown, { temporal }: Examined): HoldfastError {
  if (error instanceof HoldfastError) return error;
  return temporalError(error, temporal?.place ?? { address: 'unknown', namespace: 'unknown' });
}
