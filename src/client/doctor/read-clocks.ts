import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { ClockFacts, ClockReading } from '../../domain/doctor/clock-findings.ts';
import { bestReading, readClock } from '../../domain/doctor/clock-findings.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { ExaminedTemporal } from './examined.ts';

const READINGS = 3;
/** The server refuses polls that may last less than some seconds; this one is ended as soon as it is seen. */
const POLL_MS = 10_000;
const LOOKS = 20;
// temporal.api.enums.v1.TaskQueueType
const ACTIVITY = 2;

/** Reads the clocks of both servers, some times each; one that cannot be read is left out. */
export async function readClocks(
  temporal: ExaminedTemporal | undefined,
  ledger: Ledger | undefined,
): Promise<ClockFacts> {
  const [ofTemporal, ofLedger] = await Promise.all([
    temporal && readings(() => temporalClock(temporal.client, temporal.place.namespace)),
    ledger && readings(() => ledger.inspection.clock()),
  ]);
  return { temporal: ofTemporal, ledger: ofLedger };
}

async function readings(
  read: () => Promise<ClockReading | undefined>,
): Promise<ClockReading | undefined> {
  const found: ClockReading[] = [];
  for (let each = 0; each < READINGS; each++) {
    const reading = await read().catch(() => undefined);
    if (reading !== undefined) found.push(reading);
  }
  return bestReading(found);
}

/**
 * No call tells Temporal's time. So it is asked for work on a queue of nobody's: it notes when, by its own
 * clock, and tells who asked for work.
 */
async function temporalClock(
  { connection, workflowService }: Client,
  namespace: string,
): Promise<ClockReading | undefined> {
  const identity = `doctor/${randomUUID()}`;
  const taskQueue = { name: 'doctor' };
  const seen = new AbortController();
  const before = Date.now();
  const poll = connection.withAbortSignal(seen.signal, () =>
    connection.withDeadline(before + POLL_MS, () =>
      workflowService.pollActivityTaskQueue({ namespace, taskQueue, identity }),
    ),
  );
  // It ends by our own hand.
  const polled = poll.catch(() => undefined);
  try {
    for (let look = 0; look < LOOKS; look++) {
      const { pollers } = await workflowService.describeTaskQueue({
        namespace,
        taskQueue,
        taskQueueType: ACTIVITY,
      });
      const after = Date.now();
      const at = pollers?.find((poller) => poller.identity === identity)?.lastAccessTime;
      if (at == null) continue;
      const shown = Number(at.seconds ?? 0) * 1000 + (at.nanos ?? 0) / 1_000_000;
      return readClock(shown, before, after);
    }
    return undefined;
  } finally {
    seen.abort();
    await polled;
  }
}
