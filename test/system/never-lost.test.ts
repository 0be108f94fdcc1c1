import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { enqueue, enqueueMany } from 'holdfast';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import type { HoldfastProcess } from '../../dist/dev/holdfast-process.js';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';
import { KillAim } from '../support/kill-aim.ts';
import { Random } from '../support/random.ts';
import { forget } from '../support/temporal.ts';
import { Witness } from '../support/witness.ts';

/** Set it to what a failed run had in the name of its test. */
const SEED = Number(process.env['HOLDFAST_TEST_SEED'] ?? Date.now() % 1_000_000);

/** `npm run soak:submit` has 200. */
const KILLS = Number(process.env['HOLDFAST_TEST_KILLS'] ?? 15);
/** A few kills need not hit every stage. */
const LEAST_HITS = KILLS < 100 ? 0 : KILLS / 10;
const PENDING = 1_000;
/** A workflow task of a killed orchestrator is given to another one after 10 s, a row after 30 s. */
const PATIENCE_MS = 240_000;
const TIMEOUT_MS = 240_000 + KILLS * 10_000;

/** A job as the ledger has it. */
interface Recorded {
  readonly id: string;
  /** The epoch of its accepted result. */
  readonly accepted: number;
  /** The epochs of attempts that were lost or handed back. */
  readonly others: readonly number[];
}

/** The rest of it. */
const RAN_ONCE = {
  ...{ state: 'succeeded', generation: 1 },
  ...{ results: 1, succeeded: ['succeeded'], odd: 0 },
};

describe('a job that was committed', () => {
  let fleet: Fleet;
  let witness: Witness;
  let orchestrator: HoldfastProcess;
  let node: HoldfastProcess;
  /** Every id that was committed. */
  let ids: string[];

  beforeEach(async () => {
    fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') });
    ({ orchestrator } = fleet);
    node = await startNode();
    witness = await Witness.of(fleet);
    ids = [];
  });
  afterEach(async () => {
    await witness.close();
    await fleet.stop();
  });

  const startNode = (lease = '3s') => fleet.startNode('n', ['--slots', '8', '--lease', lease]);

  const inputOf = () => ({ folder: fleet.folder, file: 'ran' });

  async function kill(killed: HoldfastProcess): Promise<void> {
    killed.signal('SIGKILL');
    await killed.ended();
  }

  const newIds = (count: number): string[] => {
    const made = Array.from({ length: count }, () => randomUUID());
    ids.push(...made);
    return made;
  };

  /** A few jobs in one transaction, each way to enqueue; answers the last one. */
  async function commitSome(random: Random): Promise<string> {
    const { db } = witness;
    const some = newIds(random.whole(1, 3));
    await db.query('begin');
    for (const id of some) await enqueueOne(random.chance(0.5), id);
    await db.query('commit');
    return some.at(-1)!;
  }

  async function enqueueOne(bySql: boolean, id: string): Promise<void> {
    const { pool } = fleet;
    const { db } = witness;
    if (bySql) {
      await db.query('select holdfast.enqueue($1, $2, $3, $4)', ['span', inputOf(), id, { pool }]);
    } else {
      await enqueue(db, 'span', inputOf(), { id, pool });
    }
  }

  const submit = (id: string) =>
    fleet.client.jobs.submit('span', inputOf(), { id, pool: fleet.pool });

  /** What a client does that does not know whether it has done it. */
  async function repeat(random: Random): Promise<void> {
    const id = random.pick(ids.slice(-5));
    if (random.chance(0.5)) await submit(id);
    else await enqueueOne(random.chance(0.5), id);
  }

  /** The starts that each job's handler wrote down. */
  async function startsOf(): Promise<Map<string, string[]>> {
    const lines = (await readFile(join(fleet.folder, 'ran'), 'utf8')).trimEnd().split('\n');
    const starts = new Map<string, string[]>();
    for (const line of lines) {
      const [what, job = '', epoch = ''] = line.split(' ');
      if (what === 'start') starts.set(job, [...(starts.get(job) ?? []), epoch]);
    }
    return starts;
  }

  /** What the ledger has of each job. */
  async function recorded(): Promise<Recorded[]> {
    const { rows } = await witness.db.query<Recorded>(
      `select id, state, generation,
         (select count(*)::int from holdfast.results result where result.job_id = job.id) as results,
         (select epoch from holdfast.results result
          where result.job_id = job.id and verdict = 'accepted') as accepted,
         array(select outcome from holdfast.attempts attempt
          where attempt.job_id = job.id and outcome = 'succeeded') as succeeded,
         array(select epoch from holdfast.attempts attempt
          where attempt.job_id = job.id and outcome in ('lost', 'handed_back')) as others,
         (select count(*)::int from holdfast.attempts attempt where attempt.job_id = job.id
          and outcome not in ('succeeded', 'lost', 'handed_back')) as odd
       from holdfast.jobs job where id = any($1::text[])`,
      [ids],
    );
    return rows;
  }

  /** Waits until all have ended, and checks that each ran once, but for attempts lost with a node. */
  async function allRanOnce(nodeKills = 0): Promise<{ lost: number }> {
    const isOver = async (): Promise<boolean> => {
      const [left] = await witness.column<number>(
        `select count(*)::int from unnest($1::text[]) as wanted(id)
         where not exists (select 1 from holdfast.jobs job
           where job.id = wanted.id and job.state <> 'open')`,
        [ids],
      );
      return left === 0 && (await witness.inOutbox()).length === 0;
    };
    await eventually(isOver, PATIENCE_MS);
    const starts = await startsOf();
    let lost = 0;
    const jobs = await recorded();
    expect(jobs.map(({ id }) => id).sort()).toEqual([...ids].sort());
    for (const { id, accepted, others, ...job } of jobs) {
      expect({ id, ...job }).toEqual({ id, ...RAN_ONCE });
      expect(others.length, id).toBeLessThanOrEqual(nodeKills);
      lost += others.length;
      const ran = starts.get(id) ?? [];
      // No epoch twice, and none that is not on record.
      expect(new Set(ran).size, id).toBe(ran.length);
      expect([accepted, ...others].map(String)).toEqual(expect.arrayContaining(ran));
      expect(ran).toContain(String(accepted));
    }
    expect([...starts.keys()].filter((id) => !ids.includes(id))).toEqual([]);
    return { lost };
  }

  test(
    `runs once, wherever on its way to its node a SIGKILL hits (seed ${SEED})`,
    async ({ annotate }) => {
      const random = new Random(SEED);
      const aim = new KillAim(new Random(SEED + 1));
      const counts = { kills: 0, ofNode: 0, claimed: 0, startedInOutbox: 0, repeated: 0 };
      for (; counts.kills < KILLS; counts.kills++) {
        const last = await commitSome(random);
        await delay(aim.nextMs());
        const withNode = random.chance(0.1);
        await Promise.all([kill(orchestrator), ...(withNode ? [kill(node)] : [])]);
        const claimed = await witness.column(
          'select job_id from holdfast.outbox where job_id = $1 and claimed_until > now()',
          [last],
        );
        const stage = await witness.stageOf(last);
        if (stage === undefined) expect.fail(`${last} is nowhere`);
        aim.hit(stage);
        if (claimed.length > 0) counts[stage === 'outbox' ? 'claimed' : 'startedInOutbox']++;
        if (random.chance(0.25)) {
          await repeat(random);
          counts.repeated++;
        }
        orchestrator = await fleet.startOrchestrator();
        if (!withNode) continue;
        counts.ofNode++;
        node = await startNode();
      }
      const ran = await allRanOnce(counts.ofNode);
      const figures = { ...counts, ...aim.hits, jobs: ids.length, ...ran, ends: aim.ends };
      await annotate(JSON.stringify({ seed: SEED, ...figures }));
      for (const hits of Object.values(aim.hits)) expect(hits).toBeGreaterThanOrEqual(LEAST_HITS);
      // A node that was not killed ran each of its attempts once.
      if (counts.ofNode === 0) expect(ran.lost).toBe(0);
    },
    TIMEOUT_MS,
  );

  test('runs once when it waits in the queue and is submitted again, in every way', async () => {
    await kill(orchestrator);
    const [first = '', second = ''] = newIds(2);
    await enqueueOne(false, first);
    await submit(first);
    await submit(second);
    await enqueueOne(true, second);
    for (const id of [first, second, first]) {
      await enqueueOne(true, id);
      await submit(id);
    }
    expect(await witness.workflowOf(first)).toMatchObject({ isRunning: true });
    expect(await witness.inOutbox()).toHaveLength(5);
    orchestrator = await fleet.startOrchestrator();
    await eventually(async () => (await witness.inOutbox()).length < 5);
    await kill(orchestrator);
    await submit(first);
    await Promise.all([fleet.startOrchestrator(), fleet.startOrchestrator()]);
    await allRanOnce();
  }, 240_000);

  test('runs once when its queue entry is gone', async ({ skip }) => {
    skip(!('sweep' in fleet.client), 'there is no sweep yet');
    await fleet.stopNodes();
    const open = newIds(3);
    for (const id of open) await enqueueOne(false, id);
    const isOpen = `select count(*)::int from holdfast.jobs where state = 'open'`;
    await eventually(async () => (await witness.column<number>(isOpen))[0] === open.length);
    await eventually(async () => (await witness.inOutbox()).length === 0);
    await kill(orchestrator);
    for (const id of open) await forget(fleet.namespace, `job/${id}`);
    // The sweep looks only at jobs that have been open for a while.
    await witness.db.query(`update holdfast.jobs set opened_at = now() - interval '5 minutes'`);
    orchestrator = await fleet.startOrchestrator();
    await startNode();
    for (const id of open) {
      const ended = async () => {
        const { state } = await fleet.client.jobs.get(id);
        return state === 'succeeded';
      };
      await eventually(ended, PATIENCE_MS);
    }
    const starts = await startsOf();
    for (const id of open) expect(starts.get(id)).toHaveLength(1);
  }, 400_000);

  test(`runs once when it is one of ${PENDING} that are pending at the start`, async () => {
    await kill(orchestrator);
    await fleet.stopNodes();
    const items = newIds(PENDING).map((id) => ({ id, input: inputOf(), pool: fleet.pool }));
    await enqueueMany(witness.db, 'span', items.slice(0, PENDING / 2));
    for (const { id, input, pool } of items.slice(PENDING / 2)) {
      await witness.db.query('select holdfast.enqueue($1, $2, $3, $4)', [
        'span',
        input,
        id,
        { pool },
      ]);
    }
    // Some of them were half done when all went down.
    for (const id of ids.slice(0, 100)) await submit(id);
    expect(await witness.inOutbox()).toHaveLength(PENDING);
    // Nobody is killed any more: on a busy machine a short lease would be lost for want of time.
    await Promise.all([fleet.startOrchestrator(), startNode('1m')]);
    const { lost } = await allRanOnce();
    expect(lost).toBe(0);
  }, 400_000);
});
