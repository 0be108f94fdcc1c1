import type { JobView } from '../../client/job-view.ts';

/** What the demo measured: the one document of `--json`. */
export interface DemoReport {
  readonly jobs: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Jobs without an accepted result. */
  readonly lost: number;
  /** Accepted results beyond one for a job. */
  readonly duplicatesAccepted: number;
  readonly failovers: number;
  /** From SIGKILL to the handler's start elsewhere, the longest; null when nothing was moved. */
  readonly killToRedispatchMs: number | null;
  readonly inOrder: boolean;
  readonly hashesMatch: boolean;
  readonly webUi: string | null;
  readonly seconds: number;
}

/** What the demo saw while it ran. */
export interface DemoRecord {
  /** Every job as the ledger has it at the end, by index. */
  readonly jobs: readonly JobView[];
  /** The SHA-256 of every file, computed directly, by index. */
  readonly expected: readonly string[];
  /** The session's results as they were read. */
  readonly released: readonly { readonly index: number; readonly sha256: string | undefined }[];
  /** The jobs whose success went on record, as the orchestrator logged each commit. */
  readonly accepted: readonly string[];
  /** Handler starts, as the nodes logged them. */
  readonly starts: readonly HandlerStart[];
  /** Milliseconds since the Unix epoch; undefined when the node was never killed. */
  readonly killedAt: number | undefined;
  readonly webUi: string | undefined;
  readonly seconds: number;
}

/** One start of a handler. */
export interface HandlerStart {
  readonly job: string;
  readonly epoch: number;
  readonly node: string;
  readonly startedAt: number;
}

/** The report of a finished demo. */
export function demoReport(record: DemoRecord): DemoReport {
  const { jobs, released, expected } = record;
  const isHeld = ({ state, result }: JobView) => state === 'succeeded' && result !== undefined;
  return {
    jobs: expected.length,
    succeeded: jobs.filter(({ state }) => state === 'succeeded').length,
    failed: jobs.filter(({ state }) => state === 'failed' || state === 'cancelled').length,
    lost: expected.length - jobs.filter(isHeld).length,
    duplicatesAccepted: record.accepted.length - new Set(record.accepted).size,
    failovers: jobs.reduce((sum, { failoverCount }) => sum + failoverCount, 0),
    killToRedispatchMs: killToRedispatchMs(record),
    inOrder:
      released.length === expected.length && released.every(({ index }, place) => index === place),
    hashesMatch:
      released.length === expected.length &&
      released.every(({ index, sha256 }) => sha256 === expected[index]),
    webUi: record.webUi ?? null,
    seconds: record.seconds,
  };
}

/** True when the demo showed all that it promises. */
export function isProven(report: DemoReport): boolean {
  return (
    report.jobs > 0 &&
    report.succeeded === report.jobs &&
    report.lost === 0 &&
    report.duplicatesAccepted === 0 &&
    report.failovers >= 1 &&
    report.killToRedispatchMs !== null &&
    report.inOrder &&
    report.hashesMatch
  );
}

/** How many jobs ran how many times: `{ 1: 107, 2: 1 }`. */
export function executionsPerJob(starts: readonly HandlerStart[]): Record<number, number> {
  const runs = new Map<string, number>();
  for (const { job } of starts) runs.set(job, (runs.get(job) ?? 0) + 1);
  const counts: Record<number, number> = {};
  for (const times of runs.values()) counts[times] = (counts[times] ?? 0) + 1;
  return counts;
}

function killToRedispatchMs({ jobs, starts, killedAt }: DemoRecord): number | null {
  if (killedAt === undefined) return null;
  const lost = jobs.flatMap(({ id, attempts }) =>
    attempts
      .filter(({ outcome }) => outcome === 'lost')
      .map(({ epoch }) => ({ job: id, epoch: epoch + 1 })),
  );
  const delays = lost.flatMap(({ job, epoch }) =>
    starts
      .filter((start) => start.job === job && start.epoch === epoch)
      .map(({ startedAt }) => startedAt - killedAt),
  );
  return delays.length === 0 ? null : Math.max(...delays);
}
