import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { eachAtOnce } from '../../dist/domain/each-at-once.js';
import type { HoldfastProcess } from '../../dist/dev/holdfast-process.js';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';
import { isOnPglite } from '../support/own-database.ts';
import { Random } from '../support/random.ts';
import { Witness } from '../support/witness.ts';

/** Set it to what a failed run had in the name of its test. */
const SEED = Number(process.env['HOLDFAST_TEST_SEED'] ?? Date.now() % 1_000_000);

/** `npm run soak:submit` has 200. */
const MOMENTS = Number(process.env['HOLDFAST_TEST_MOMENTS'] ?? 15);
const CLIENTS = 3;
/** Jobs in the outbox and open at once, about: each is looked at in each moment. */
const MOST_OPEN = 30;
const AT_ONCE = 8;
const PATIENCE_MS = 120_000;
/** A bound for a moment on a busy machine: every open job is described in it. */
const MOMENT_MS = 15_000;
const TELL_EVERY = 25;

const SUBMITTER = fileURLToPath(new URL('../support/submitter.mjs', import.meta.url));

let fleet: Fleet;
let witness: Witness;
const clients: ChildProcess[] = [];
const processes: HoldfastProcess[] = [];

beforeAll(async () => {
  fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') });
  witness = await Witness.of(fleet);
  // In the transaction of whoever enqueues.
  await witness.db.query(
    `create table calls (id text primary key);
     create function note_call() returns trigger language plpgsql as $$
     begin insert into calls (id) values (new.job_id) on conflict do nothing; return null; end $$;
     create trigger note_call after insert on holdfast.outbox
     for each row execute function note_call()`,
  );
  await witness.db.query(
    `insert into holdfast.resources (name, capacity) values ('lines', 5), ('desks', 3)`,
  );
  const nodes = ['a', 'b'].map((name) => fleet.startNode(name, ['--slots', '4', '--lease', '15s']));
  processes.push(
    fleet.orchestrator,
    await fleet.startOrchestrator(),
    ...(await Promise.all(nodes)),
  );
  // A transaction that is frozen stops all of PGlite, until that ends it.
  const share = (await isOnPglite()) ? 0.02 : 0.5;
  for (let n = 0; n < CLIENTS; n++) clients.push(startClient(n, share));
});
afterAll(async () => {
  for (const client of clients) client.kill('SIGKILL');
  await witness.close();
  await fleet.stop();
});

function startClient(n: number, share: number): ChildProcess {
  const { namespace, databaseUrl, pool, folder } = fleet;
  const temporal = { address: inject('temporalAddress'), namespace };
  const place = { pool, folder, temporal, databaseUrl, mostOpen: MOST_OPEN, share };
  const given = JSON.stringify({ name: `client-${n}`, seed: SEED + n, ...place });
  return spawn(process.execPath, [SUBMITTER, given], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // When a group of processes loses its parent while one of them is stopped, the kernel hangs up on all.
    detached: true,
  });
}

/** Stops every process but the servers, and lets them go on. */
function signalAll(signal: 'SIGSTOP' | 'SIGCONT'): void {
  for (const each of processes) each.signal(signal);
  for (const client of clients) client.kill(signal);
}

/** Whether all are stopped, where the system can tell. */
async function areStopped(): Promise<boolean> {
  const pids = [...processes, ...clients].map(({ pid }) => pid);
  const states = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => `${pid} (x) T`)),
  );
  return states.every((line) => line.slice(line.lastIndexOf(')') + 2).startsWith('T'));
}

/** Where the ids were that had not been seen closed before. */
interface Seen {
  readonly inOutbox: number;
  readonly running: number;
  readonly dispatched: number;
  readonly holding: number;
}

/** Ids that are closed in the ledger, once seen: they stay so. */
const closed = new Set<string>();

/** Each step reads where a job is later than in the step before: one on its way is not missed. */
async function checkAll(): Promise<Seen> {
  const committed = await witness.column('select id from calls');
  const waiting = new Set(await witness.inOutbox());
  const unsettled = committed.filter((id) => !closed.has(id));
  const workflows = new Map(
    await eachAtOnce(unsettled, AT_ONCE, async (id) => [id, await witness.workflowOf(id)] as const),
  );
  const ended = `select id from holdfast.jobs where state <> 'open' and id = any($1::text[])`;
  for (const id of await witness.column(ended, [unsettled])) closed.add(id);
  const isSomewhere = (id: string) =>
    waiting.has(id) || workflows.get(id)?.isRunning === true || closed.has(id);
  expect(unsettled.filter((id) => !isSomewhere(id))).toEqual([]);
  const dispatched = unsettled.filter((id) => workflows.get(id)?.isDispatched === true);
  return {
    inOutbox: unsettled.filter((id) => waiting.has(id)).length,
    running: unsettled.filter((id) => workflows.get(id)?.isRunning).length,
    dispatched: dispatched.length,
    holding: await checkGrants(new Set(dispatched)),
  };
}

interface Holder {
  readonly id: string;
  readonly asked: Readonly<Record<string, number>>;
  readonly held: Readonly<Record<string, number>> | null;
  readonly waits: boolean;
}

/** What is held is what open jobs ask for, all of it or nothing, and no more than there is. */
async function checkGrants(dispatched: ReadonlySet<string>): Promise<number> {
  // All in one statement: it sees one moment.
  const { rows } = await witness.db.query<{ holders: Holder[]; orphans: number; over: unknown[] }>(
    `select
       (select coalesce(json_agg(holder), '[]') from (
          select id, options -> 'resources' as asked,
            (select json_object_agg(resource, amount) from holdfast.grants held
             where held.job_id = job.id and held.generation = job.generation
               and held.state = 'held') as held,
            exists (select from holdfast.grants waiting
             where waiting.job_id = job.id and waiting.generation = job.generation
               and waiting.state = 'waiting') as waits
          from holdfast.jobs job
          where state = 'open' and options -> 'resources' is not null) holder) as holders,
       (select count(*)::int from holdfast.grants held
        left join holdfast.jobs job on job.id = held.job_id and job.generation = held.generation
        where job.state is distinct from 'open') as orphans,
       (select coalesce(json_agg(taken), '[]') from (
          select resource, pool, sum(amount) from holdfast.grants held where state = 'held'
          group by resource, pool
          having sum(amount) > (select capacity from holdfast.resources existing
            where existing.name = held.resource and existing.pool = held.pool)) taken) as over`,
  );
  const { holders, orphans, over } = rows[0]!;
  expect({ orphans, over }).toEqual({ orphans: 0, over: [] });
  for (const { id, asked, held, waits } of holders) {
    if (held !== null) expect({ id, held, waits }).toEqual({ id, held: asked, waits: false });
    if (dispatched.has(id)) expect({ id, held }).toEqual({ id, held: asked });
  }
  return holders.filter(({ held }) => held !== null).length;
}

test(
  `every committed id is in the outbox, open in Temporal or closed in the ledger (seed ${SEED})`,
  async ({ annotate }) => {
    const random = new Random(SEED);
    await eventually(async () => (await witness.column('select id from calls')).length > 0);
    const seen: Seen[] = [];
    let frozenMs = 0;
    while (seen.length < MOMENTS) {
      await delay(random.whole(5, 300));
      const from = performance.now();
      signalAll('SIGSTOP');
      await eventually(areStopped);
      try {
        seen.push(await checkAll());
        if (seen.length % TELL_EVERY === 0) console.info(`${seen.length} of ${MOMENTS} moments`);
      } finally {
        signalAll('SIGCONT');
        frozenMs += performance.now() - from;
      }
    }
    for (const client of clients) client.disconnect();
    await eventually(() => clients.every(({ exitCode }) => exitCode !== null), PATIENCE_MS);
    const committed = await witness.column('select id from calls');
    const states = async () => {
      const sql = 'select state from holdfast.jobs where id = any($1::text[])';
      return witness.column(sql, [committed]);
    };
    await eventually(async () => {
      const all = await states();
      return all.length === committed.length && !all.includes('open');
    }, PATIENCE_MS);
    await eventually(async () => (await witness.inOutbox()).length === 0);
    const end = await states();
    const count = (state: string) => end.filter((each) => each === state).length;
    const sum = (field: keyof Seen) => seen.reduce((total, each) => total + each[field], 0);
    await annotate(
      JSON.stringify({
        ...{
          seed: SEED,
          moments: MOMENTS,
          frozenMs: Math.round(frozenMs),
          committed: committed.length,
        },
        ...{ inOutbox: sum('inOutbox'), running: sum('running'), dispatched: sum('dispatched') },
        ...{
          holding: sum('holding'),
          succeeded: count('succeeded'),
          cancelled: count('cancelled'),
        },
      }),
    );
    expect(count('succeeded') + count('cancelled')).toBe(committed.length);
    for (const field of ['inOutbox', 'running', 'dispatched'] as const) {
      expect(sum(field)).toBeGreaterThan(0);
    }
    expect(count('cancelled')).toBeGreaterThan(0);
    const undone = `select id from holdfast.jobs where id like '%-undone'`;
    expect(await witness.column(undone)).toEqual([]);
  },
  MOMENTS * MOMENT_MS + 3 * PATIENCE_MS,
);
