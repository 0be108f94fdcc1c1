import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { HoldfastClient } from '../dist/index.js';
import { quantile } from './quantile.ts';
import type { BenchServers } from './servers.ts';
import { note } from './servers.ts';

const NODES = fileURLToPath(new URL('./scale-nodes.mjs', import.meta.url));

/** How large the fleet is, and how long it must stay whole. */
export interface ScaleOptions {
  readonly processes: number;
  readonly nodesPerProcess: number;
  readonly jobsPerNode: number;
  readonly holdMs: number;
}

/** What {@link measureScale} found. Times are milliseconds. */
export interface ScaleReport {
  readonly nodes: number;
  readonly jobs: number;
  readonly processes: number;
  /** From the first submit to the last handler's start. */
  readonly startedWithinMs: number;
  readonly holdMs: number;
  /** Nodes that were held for lost though they lived. */
  readonly falseLosses: number;
  /** Jobs that the killed process held. */
  readonly failedOver: number;
  /** From the kill to a handler's restart elsewhere. */
  readonly p50: number;
  readonly p99: number;
}

interface Run {
  readonly job: string;
  readonly epoch: number;
  readonly node: string;
  readonly at: number;
}

const SUBMITTING = 32;
const STALLED_MS = 300_000;

/** Many nodes hold many jobs that live by their leases; then one process is killed. */
export async function measureScale(
  { env }: BenchServers,
  client: HoldfastClient,
  { processes, nodesPerProcess, jobsPerNode, holdMs }: ScaleOptions,
): Promise<ScaleReport> {
  const nodes = processes * nodesPerProcess;
  const jobs = nodes * jobsPerNode;
  const runs = new Map<string, Run>();
  const onRun = (run: Run): void => void runs.set(`${run.job}#${run.epoch}`, run);
  const children: ChildProcess[] = [];
  try {
    for (let n = 0; n < processes; n++) {
      // Some room is left for the jobs of the process that is killed.
      const slots = Math.ceil(jobsPerNode * 1.2 + 1);
      const sizes = [n * nodesPerProcess, nodesPerProcess, slots].map(String);
      children.push(await startChild(sizes, env, onRun));
      note(`scale: ${(n + 1) * nodesPerProcess} of ${nodes} nodes started`);
    }
    const startedAt = Date.now();
    await submitAll(client, jobs);
    await untilCount(() => runs.size, jobs, 'handlers to start');
    const startedWithinMs = Date.now() - startedAt;
    note(`scale: ${jobs} handlers run; they are held for ${holdMs / 1000} s`);
    await delay(holdMs);
    const falseLosses = (await client.nodes.list({ pool: 'scale' })).filter(
      ({ state }) => state === 'offline',
    ).length;
    const [victim] = children;
    const victims = new Set(Array.from({ length: nodesPerProcess }, (_, n) => `s${n}`));
    const lost = [...runs.values()].filter(({ node }) => victims.has(node));
    const killedAt = Date.now();
    victim!.kill('SIGKILL');
    const restarts = () => lost.flatMap(({ job }) => runs.get(`${job}#2`) ?? []);
    await untilCount(() => restarts().length, lost.length, 'jobs to fail over');
    const away = restarts().map(({ at }) => at - killedAt);
    return {
      nodes,
      jobs,
      processes,
      startedWithinMs,
      holdMs,
      falseLosses,
      failedOver: lost.length,
      p50: Math.round(quantile(away, 0.5)),
      p99: Math.round(quantile(away, 0.99)),
    };
  } finally {
    await Promise.all(children.map(endChild));
  }
}

async function startChild(
  args: readonly string[],
  env: BenchServers['env'],
  onRun: (run: Run) => void,
): Promise<ChildProcess> {
  const child = fork(NODES, args, {
    env: { ...process.env, ...env, DATABASE_URL: '' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error('a process of nodes ended')));
    child.on('message', (message: Run | 'started') => {
      if (message === 'started') resolve();
      else onRun(message);
    });
  });
  return child;
}

async function submitAll(client: HoldfastClient, jobs: number): Promise<void> {
  const numbers = Array.from({ length: jobs }, (_, n) => n).values();
  const submitter = async (): Promise<void> => {
    for (const n of numbers) {
      const options = { pool: 'scale', heartbeat: 'lease', timeout: '1d' } as const;
      await client.jobs.submit('held', {}, options);
      if (n % 500 === 499) note(`scale: ${n + 1} of ${jobs} jobs submitted`);
    }
  };
  await Promise.all(Array.from({ length: SUBMITTING }, submitter));
}

/** Waits as long as there is progress. */
async function untilCount(look: () => number, wanted: number, what: string): Promise<void> {
  let before = -1;
  let since = performance.now();
  for (;;) {
    const count = look();
    if (count >= wanted) return;
    if (count > before) since = performance.now();
    before = Math.max(before, count);
    if (performance.now() - since > STALLED_MS) {
      throw new Error(`waited too long for ${what}: ${count} of ${wanted}`);
    }
    await delay(100);
  }
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
