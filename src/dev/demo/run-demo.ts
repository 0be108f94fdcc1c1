import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { HoldfastClient } from '../../client/connect.ts';
import { connect } from '../../client/connect.ts';
import { HoldfastError } from '../../domain/errors.ts';
import type { Embedded } from '../embedded.ts';
import { startEmbedded } from '../embedded.ts';
import type { DemoDisplay } from './demo-display.ts';
import { createDisplay, shortName } from './demo-display.ts';
import type { DemoFleet, FleetEvent } from './demo-fleet.ts';
import { startFleet } from './demo-fleet.ts';
import type { DemoRecord, DemoReport, HandlerStart } from './demo-report.ts';
import { demoReport } from './demo-report.ts';
import { findFiles, sha256Of } from './find-files.ts';
import type { FileDigest } from './hash-file.ts';
import { hashFile } from './hash-file.ts';
import { isRunningOn, killInAttempt } from './kill-node.ts';

/** Options of {@link runDemo}. */
export interface DemoOptions {
  readonly folder: string;
  /** Where progress goes. */
  readonly out: NodeJS.WriteStream;
  /** Called with the finished report while the servers are still up. */
  readonly onReport: (report: DemoReport, starts: readonly HandlerStart[]) => Promise<void> | void;
  /** Ends the demo early; all that it started is stopped. */
  readonly signal: AbortSignal;
}

const VICTIM = 'b';
/** Submits under way at once: enough to keep the server busy, few enough to leave it responsive. */
const SUBMITTERS = 16;
/** The longest wait for any one job. */
const JOB_TIMEOUT = '10m';

/**
 * The demo: embedded servers, an orchestrator and three nodes; one job for each file; one node is
 * killed in the middle of a job; then everything is checked.
 *
 * @throws HoldfastError when a part cannot be started, `demo_failed` when a process ends by itself
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const startedAt = performance.now();
  const files = await findFiles(options.folder);
  const session = `demo-${randomUUID().slice(0, 8)}`;
  const display = createDisplay(options.out, (job) => shortName(files[indexOf(job)]));
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-demo-'));
  const undo = [() => rm(dataDir, { recursive: true, force: true })];
  const seconds = () => Math.round((performance.now() - startedAt) / 100) / 10;
  try {
    display.say(`${files.length} files under ${options.folder}; starting the embedded servers`);
    const embedded = await startEmbedded({ dataDir, onProgress: (line) => display.say(line) });
    undo.push(() => embedded.stop());
    options.signal.throwIfAborted();
    const record = await runFleet({ ...options, files, session, display, embedded, undo });
    const report = demoReport({ ...record, webUi: embedded.webUi, seconds: seconds() });
    display.end();
    await options.onReport(report, record.starts);
  } finally {
    display.end();
    for (const stop of undo.reverse()) await stop();
  }
}

interface FleetRun extends DemoOptions {
  readonly files: readonly string[];
  readonly session: string;
  readonly display: DemoDisplay;
  readonly embedded: Embedded;
  readonly undo: (() => Promise<void>)[];
}

async function runFleet(run: FleetRun): Promise<Omit<DemoRecord, 'webUi' | 'seconds'>> {
  const { embedded, display, files, session } = run;
  const starts: HandlerStart[] = [];
  const accepted: string[] = [];
  let onStart: (start: HandlerStart) => void = () => undefined;
  const broken = new AbortController();
  const fleet = await startFleet(embedded, (event: FleetEvent) => {
    display.event(event);
    if (event.kind === 'process_ended' && event.name !== VICTIM) broken.abort(endedError(event));
    if (event.kind === 'job_closed' && event.state === 'succeeded') accepted.push(event.job);
    if (event.kind !== 'attempt_started') return;
    starts.push(event.start);
    onStart(event.start);
  });
  run.undo.push(() => fleet.stop());
  const signal = AbortSignal.any([run.signal, broken.signal]);
  const { temporal, databaseUrl } = embedded;
  const holdfast = await connect({ temporal: { ...temporal }, databaseUrl });
  run.undo.push(() => holdfast.close());
  display.say(`Web UI: ${embedded.webUi ?? 'none'}`);

  let killedAt: number | undefined;
  onStart = killOnce(fleet, holdfast, (at) => {
    killedAt = at;
    display.nodeKilled(VICTIM);
  });
  await submitAll({ ...run, signal }, holdfast);
  return {
    jobs: await Promise.all(files.map((_file, index) => holdfast.jobs.get(jobId(session, index)))),
    expected: await Promise.all(files.map(sha256Of)),
    released: await readSession(holdfast, session),
    accepted,
    starts,
    killedAt,
  };
}

function endedError({ name, lastLines }: Extract<FleetEvent, { kind: 'process_ended' }>): Error {
  return new HoldfastError('demo_failed', `${name} ended in the middle of the run:\n${lastLines}`);
}

/** Reacts to the first attempt that is caught running on the victim. */
function killOnce(
  fleet: DemoFleet,
  holdfast: HoldfastClient,
  onKilled: (killedAt: number) => void,
): (start: HandlerStart) => void {
  let isBusy = false;
  return ({ node, job }) => {
    if (node !== VICTIM || isBusy) return;
    isBusy = true;
    void killInAttempt(fleet.node(VICTIM), () => isRunningOn(holdfast, job, VICTIM)).then((at) => {
      if (at === undefined) isBusy = false;
      else onKilled(at);
    });
  };
}

/** Submits a job for each file and waits for all of them, whatever becomes of each. */
async function submitAll({ files, session, display, signal }: FleetRun, holdfast: HoldfastClient) {
  let done = 0;
  const waits: Promise<void>[] = [];
  const queue = files.entries();
  const submitter = async () => {
    for (const [index, path] of queue) {
      signal.throwIfAborted();
      const options = { id: jobId(session, index), session: { id: session, index } };
      const job = await holdfast.jobs.submit(hashFile, { path }, options);
      const wait = job.result({ timeout: JOB_TIMEOUT, signal }).then(
        () => undefined,
        () => undefined,
      );
      waits.push(wait.then(() => display.progress(++done, files.length)));
    }
  };
  display.progress(done, files.length);
  await Promise.all(Array.from({ length: SUBMITTERS }, submitter));
  await Promise.race([Promise.all(waits), aborted(signal)]);
  signal.throwIfAborted();
}

async function aborted(signal: AbortSignal): Promise<void> {
  await delay(2 ** 31 - 1, undefined, { signal, ref: false }).catch(() => undefined);
}

async function readSession(holdfast: HoldfastClient, session: string) {
  const released: DemoRecord['released'][number][] = [];
  for await (const slot of holdfast.sessions.results(session, { follow: false })) {
    const digest = slot.state === 'succeeded' ? (slot.result as unknown as FileDigest) : undefined;
    released.push({ index: slot.index, sha256: digest?.sha256 });
  }
  return released;
}

function jobId(session: string, index: number): string {
  return `${session}/${String(index).padStart(4, '0')}`;
}

function indexOf(job: string): number {
  return Number(job.slice(job.lastIndexOf('/') + 1));
}
