import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { JobHandle, JobView } from 'holdfast';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eachAtOnce } from '../../dist/domain/each-at-once.js';
import type { LateResult } from '../../dist/domain/late-result.js';
import { arrivalsAfterClose, arrivalsAtJob, resend } from '../support/arrivals.ts';
import { eventually } from '../support/eventually.ts';
import { Faults, keyOf } from '../support/faults.ts';
import { LateFleet } from '../support/late-fleet.ts';
import { Random } from '../support/random.ts';
import { SessionConsumer } from '../support/session-consumer.ts';

/** Set it to what a failed run had in the name of its test. */
const SEED = Number(process.env['HOLDFAST_TEST_SEED'] ?? Date.now() % 1_000_000);

const SESSIONS = ['anna', 'ben', 'carl', 'dora'] as const;
const PER_SESSION = 50;
const NODES = ['a', 'b', 'c'] as const;
const FAULTS = 8;
const RESENT_PER_FAULT = 4;
const RESENT_AT_END = 20;
const TIMEOUT_MS = 3_000;
/** The bound of what waits for a machine that is busy with other things. */
const PATIENCE_MS = 120_000;
const AT_ONCE = 8;

const jobs: JobHandle<unknown>[] = [];
/** What the test itself has sent again. */
const resent: LateResult[] = [];
let late: LateFleet;
let faults: Faults;
/** The file in which handlers say that they have finished. */
let done: string;

beforeAll(async () => {
  const retention = ['--retention-interval', '1s', '--retention-closed-jobs', '1s'];
  late = await LateFleet.start([...retention, '--storm-hold', '2s']);
  done = join(late.fleet.folder, 'done');
  // One is fenced when it freezes, and stops its handlers; the others let them go on.
  faults = new Faults(late.fleet.lines, (name) =>
    late.startNode(name, ['--log-level', 'debug', ...(name === 'a' ? ['--lease', '3s'] : [])]),
  );
  await Promise.all(NODES.map((node) => faults.start(node)));
});
afterAll(() => late.stop());

/** Every index of every session; those of a session come almost in order. */
async function submitAll(random: Random): Promise<void> {
  const places = SESSIONS.flatMap((id) =>
    Array.from({ length: PER_SESSION }, (_, index) => {
      return { id, index, at: index + random.whole(0, 8) };
    }),
  ).sort((one, other) => one.at - other.at);
  for (const { id, index } of places) {
    jobs.push(await submit(random, id, index));
    await delay(random.whole(0, 150));
  }
}

function submit(random: Random, id: string, index: number): Promise<JobHandle<unknown>> {
  const { client, pool } = late.fleet;
  const isSlow = random.chance(0.15);
  const input = {
    ...{ done, text: textOf(id, index) },
    firstMs: isSlow ? TIMEOUT_MS + random.whole(-200, 2_500) : random.whole(5, 400),
    nextMs: random.whole(5, isSlow ? TIMEOUT_MS : 400),
    isDeaf: isSlow || random.chance(0.5),
  };
  return client.jobs.submit('utterance', input, {
    ...{ id: `${id}-${index}`, pool, session: { id, index } },
    ...{ timeout: TIMEOUT_MS, heartbeat: '2s' },
    reconcile: random.pick(['first', 'first', 'original', 'replacement']),
    failover: { maxAttempts: random.chance(0.2) ? 0 : 6 },
  });
}

const textOf = (id: string, index: number): string => `${id} says ${index}`;

/** Freezes a node for longer than an attempt may take, or kills and restarts it, again and again. */
async function disturb(random: Random, consumers: readonly SessionConsumer[]): Promise<void> {
  for (let count = 0; count < FAULTS; count++) {
    const node = random.pick(NODES);
    if (random.chance(0.6)) await faults.freeze(node, TIMEOUT_MS + random.whole(500, 2_000));
    else await faults.killAndRestart(node, random.whole(0, 1_500));
    random.pick(consumers).interrupt();
    await sendAgain(random, RESENT_PER_FAULT);
    await delay(random.whole(0, 1_000));
  }
}

/** Sends results once more, whether their jobs are open, closed or cleaned up. */
async function sendAgain(random: Random, count: number): Promise<void> {
  for (const { id } of random.shuffled(jobs).slice(0, count)) {
    const arrived = (await arrivalsAtJob(late.temporal, id)).at(-1);
    if (arrived === undefined) continue;
    await resend(late.temporal, arrived);
    resent.push(arrived);
  }
}

/** What a handler wrote when it had finished. */
interface Finished {
  readonly job: string;
  readonly epoch: number;
}

async function finishedHandlers(): Promise<Finished[]> {
  const lines = (await readFile(done, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Finished);
}

const keysOf = (ofAttempts: readonly object[]): string[] => ofAttempts.map(keyOf).sort();

const logged = (msg: string): readonly object[] => late.fleet.find(msg);

/** No handler runs, and nothing is on its way. */
async function isQuiet(): Promise<boolean> {
  const over = new Set([...keysOf(logged('attempt.ended')), ...faults.killed]);
  const areOver = logged('attempt.started').every((line) => over.has(keyOf(line)));
  return areOver && (await late.keptFiles()).length === 0;
}

const viewAll = (): Promise<JobView[]> => eachAtOnce(jobs, AT_ONCE, (job) => job.get());

/** Every verdict that is on record. */
const recordsOf = (views: readonly JobView[]) =>
  views.flatMap(({ id, results }) => results.map((result) => ({ job: id, ...result })));

/** Every result that reached Temporal: what an attempt ended with, and what was signalled. */
async function arrivals(): Promise<LateResult[]> {
  const atJobs = await eachAtOnce(jobs, AT_ONCE, ({ id }) => arrivalsAtJob(late.temporal, id));
  return [...atJobs.flat(), ...(await arrivalsAfterClose(late.temporal))];
}

/** Each consumer has seen each index once, in order, and nothing but what its job ended with. */
function checkSeen({ seen }: SessionConsumer, id: string, views: readonly JobView[]): void {
  expect(seen.map(({ index }) => index)).toEqual(Array.from({ length: PER_SESSION }, (_, i) => i));
  for (const item of seen) {
    if (item.state === 'skipped') continue;
    const job = `${id}-${item.index}`;
    expect(item.job).toBe(job);
    const results = views.find((view) => view.id === job)?.results ?? [];
    const accepted = results.filter(({ verdict }) => verdict === 'accepted');
    if (item.state === 'succeeded') {
      expect(item.result).toEqual({ text: textOf(id, item.index), epoch: accepted[0]?.epoch });
    } else {
      expect(item).toMatchObject({ state: 'failed', error: { code: 'failover_exhausted' } });
    }
    expect(accepted).toHaveLength(item.state === 'succeeded' ? 1 : 0);
  }
}

/** The log of the nodes and of this test knows of every arrival, but where a fault came between. */
function checkLogged(arrived: readonly LateResult[]): number {
  const acknowledged = late.fleet.find('attempt.ended', { outcome: 'succeeded' });
  const left = keysOf(arrived);
  for (const key of keysOf([...acknowledged, ...logged('late.delivered'), ...resent])) {
    const at = left.indexOf(key);
    expect(at, `${key} was sent and has not arrived`).not.toBe(-1);
    left.splice(at, 1);
  }
  const disturbed = faults.disturbed();
  expect(left.filter((key) => !disturbed.has(key))).toEqual([]);
  return left.length;
}

/** What a handler finished is on record, unless its node was killed before it could send it. */
async function checkFinished(recorded: ReadonlySet<string>): Promise<void> {
  const kept = new Set(keysOf(logged('late.kept')));
  const survived = (await finishedHandlers()).filter((each) => {
    return !faults.killed.has(keyOf(each)) || kept.has(keyOf(each));
  });
  expect(survived.length).toBeGreaterThanOrEqual(jobs.length / 2);
  expect(keysOf(survived).filter((key) => !recorded.has(key))).toEqual([]);
}

test(`utterances are read in order, each once, and no result is lost (seed ${SEED})`, async ({
  annotate,
}) => {
  const { sessions } = late.fleet.client;
  for (const id of SESSIONS) {
    await sessions.create(id, id === 'dora' ? { gap: { skipAfter: '6s' } } : {});
  }
  const consumers = SESSIONS.map(
    (id, at) => new SessionConsumer(late.fleet.client, id, new Random(SEED + 10 + at)),
  );
  await Promise.all([submitAll(new Random(SEED + 1)), disturb(new Random(SEED + 2), consumers)]);
  for (const id of SESSIONS) await sessions.close(id, { count: PER_SESSION });
  await Promise.all(consumers.map(({ ended }) => ended));
  await eventually(isQuiet, PATIENCE_MS);
  await eventually(async () => (await viewAll()).every(({ state }) => state !== 'open'));
  await sendAgain(new Random(SEED + 3), RESENT_AT_END);

  let views: JobView[] = [];
  let arrived: LateResult[] = [];
  const areAllRecorded = async (): Promise<boolean> => {
    views = await viewAll();
    arrived = await arrivals();
    return recordsOf(views).length >= arrived.length;
  };
  await eventually(areAllRecorded, PATIENCE_MS).catch(() => undefined);
  const records = recordsOf(views);
  expect(keysOf(records)).toEqual(keysOf(arrived));
  const unlogged = checkLogged(arrived);
  await checkFinished(new Set(keysOf(records)));
  consumers.forEach((consumer, at) => checkSeen(consumer, SESSIONS[at]!, views));

  const verdicts = records.map(({ verdict }) => verdict);
  const count = (verdict: string) => verdicts.filter((each) => each === verdict).length;
  const skipped = consumers.flatMap(({ seen }) => seen.filter(({ state }) => state === 'skipped'));
  await annotate(
    JSON.stringify({
      ...{ seed: SEED, arrived: arrived.length, unlogged, resent: resent.length },
      ...{ accepted: count('accepted'), duplicate: count('duplicate') },
      ...{ superseded: count('superseded'), late: count('late') },
      failed: views.filter(({ state }) => state === 'failed').length,
      afterCleanup: late.fleet.find('result.late_after_cleanup').length,
      skipped: skipped.length,
      reads: consumers.map(({ starts }) => starts),
    }),
  );
  expect(count('duplicate')).toBeGreaterThanOrEqual(resent.length);
  expect(late.fleet.find('late.refused')).toEqual([]);
  expect(late.fleet.find('result.late_after_cleanup').length).toBeGreaterThan(0);
}, 400_000);
