/**
 * `npm run bench:failover -- [--json] [--rounds 20] [--faults kill,stop,cut,drain] [--scale 8x25x20]
 * [--hold 300]`: how long a job is away when its node is killed, frozen, cut off or stopped; and,
 * in a fleet of (processes × nodes × jobs) that was held for some seconds, when a process of many
 * nodes is killed. `--rounds 0` and `--scale 0x0x0` leave a part out. Prints one document on
 * standard output.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { HoldfastClient } from '../dist/index.js';
import { connect } from '../dist/index.js';
import type { Fault } from './faulty-node.ts';
import { FAULTS, FaultyNode } from './faulty-node.ts';
import { quantile, rounded } from './quantile.ts';
import { measureScale } from './scale.ts';
import { note, startBenchServers } from './servers.ts';

/** What a handler wrote when it started. */
interface Mark {
  readonly epoch: number;
  readonly node: string;
  readonly at: number;
}

/** What one fault did to one job. */
interface Round {
  readonly awayMs: number;
  readonly executions: number;
  readonly accepted: number;
}

const WAIT_MS = 120_000;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '20' },
    faults: { type: 'string', default: FAULTS.join() },
    scale: { type: 'string', default: '8x25x20' },
    hold: { type: 'string', default: '300' },
  },
});
const rounds = Number(values.rounds);
const faults = values.faults.split(',') as Fault[];
const [processes = 0, nodesPerProcess = 0, jobsPerNode = 0] = values.scale.split('x').map(Number);
const servers = await startBenchServers();
const folder = await mkdtemp(join(tmpdir(), 'holdfast-failover-'));
const { address, namespace } = servers.embedded.temporal;
const client = await connect({
  temporal: { address, namespace },
  databaseUrl: servers.embedded.databaseUrl,
});
try {
  const report: Partial<Record<Fault, object>> = {};
  for (const fault of rounds > 0 ? faults : []) report[fault] = summary(await measure(fault));
  const holdMs = Number(values.hold) * 1_000;
  const size = { processes, nodesPerProcess, jobsPerNode, holdMs };
  const fleet = processes > 0 ? await measureScale(servers, client, size) : undefined;
  const scale = { scale: fleet?.p99, fleet };
  const document = { faults: report, rounds, ...scale, ledger: servers.ledger };
  process.stdout.write(`${JSON.stringify(document, null, values.json ? 0 : 2)}\n`);
} finally {
  await client.close();
  await servers.stop();
  await rm(folder, { recursive: true, force: true });
}

async function measure(fault: Fault): Promise<Round[]> {
  const start = (name: string) => FaultyNode.start(`${fault}-${name}`, fault, servers);
  const nodes = await Promise.all(['a', 'b'].map(start));
  const done: Round[] = [];
  try {
    for (let round = 1; round <= rounds; round++) {
      await allOnline(client, nodes);
      done.push(await once(fault, nodes));
      const { awayMs, executions, accepted } = done.at(-1)!;
      const counts = `${executions} executions, ${accepted} accepted`;
      note(`${fault} ${round}: ${Math.round(awayMs)} ms, ${counts}`);
    }
  } finally {
    await Promise.all(nodes.map((node) => node.remove()));
  }
  return done;
}

/** One job, one fault to the node that runs it, and what came of it. */
async function once(fault: Fault, nodes: readonly FaultyNode[]): Promise<Round> {
  const id = randomUUID();
  const job = await client.jobs.submit('long', { folder }, { id, pool: 'bench' });
  const first = await markOf(id, 1);
  const victim = nodes.find(({ name }) => name === first.node)!;
  // Faults come at any time between two heartbeats.
  await delay(1_500 + Math.random() * 1_000);
  const faultAt = Date.now();
  await victim.strike();
  const second = await markOf(id, 2);
  await job.result({ timeout: '60s' });
  await victim.recover();
  await allOnline(client, nodes);
  const { attempts } = await job.get();
  const accepted = attempts.filter(({ outcome }) => outcome === 'succeeded').length;
  if (second.node === first.node && fault !== 'drain') note(`${id} came back to ${first.node}`);
  return { awayMs: second.at - faultAt, executions: (await marksOf(id)).length, accepted };
}

function summary(done: readonly Round[]) {
  const times = done.map(({ awayMs }) => awayMs).sort((a, b) => a - b);
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    p50: Math.round(quantile(times, 0.5)),
    // Of twenty, the second largest.
    p99: Math.round(times.at(-2) ?? times.at(-1) ?? NaN),
    max: Math.round(times.at(-1) ?? NaN),
    executionsPerJob: rounded(mean(done.map(({ executions }) => executions)), 2),
    acceptedPerJob: rounded(mean(done.map(({ accepted }) => accepted)), 2),
  };
}

async function allOnline(
  { nodes: registry }: HoldfastClient,
  nodes: readonly FaultyNode[],
): Promise<void> {
  await until(async () => {
    const online = await registry.list({ pool: 'bench', state: 'online' });
    return nodes.every(({ name }) => online.some((node) => node.name === name)) || undefined;
  }, 'both nodes to be online');
}

async function markOf(job: string, epoch: number): Promise<Mark> {
  const find = async () => (await marksOf(job)).find((mark) => mark.epoch >= epoch);
  return until(find, `epoch ${epoch} of ${job}`);
}

async function marksOf(job: string): Promise<Mark[]> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${job}.`));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  // A file that was just created may still be empty.
  return texts.filter((text) => text !== '').map((text) => JSON.parse(text) as Mark);
}

async function until<Value>(look: () => Promise<Value | undefined>, what: string): Promise<Value> {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (performance.now() > deadline) throw new Error(`waited too long for ${what}`);
    await delay(20);
  }
}
