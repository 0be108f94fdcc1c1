import type { ChildProcess } from 'node:child_process';
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Embedded } from '../dist/dev/embedded.js';
import { startEmbedded } from '../dist/dev/embedded.js';
import { HoldfastProcess } from '../dist/dev/holdfast-process.js';
import { startPostgres } from '../dist/dev/stack/start-postgres.js';

const NO_OP = fileURLToPath(new URL('./jobs/no-op.mjs', import.meta.url));
const BARE = fileURLToPath(new URL('./bare/worker.mjs', import.meta.url));

/** A ledger that was started for the measurement. */
interface Ledger {
  readonly url: string;
  stop(): Promise<void>;
}

/** Both sides of the comparison on one server: two processes each, with the same options. */
export interface BenchFleet {
  readonly embedded: Embedded;
  /** From the spawn of the node's process to its first poll. */
  readonly nodeStartMs: number;
  /** Resident memory of the node's process before its first job. */
  readonly nodeRssMb: number;
  /** What the ledger is: this machine's PostgreSQL, or PGlite where there is none. */
  readonly ledger: 'postgresql' | 'pglite';
  stop(): Promise<void>;
}

/** Starts servers, orchestrator, node and the bare side's two processes. */
export async function startBenchFleet(slots: number): Promise<BenchFleet> {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  const note = (message: string) => process.stderr.write(`${message}\n`);
  const postgres = await startLedger(note);
  const ledger = postgres === undefined ? {} : { databaseUrl: postgres.url };
  const embedded = await startEmbedded({ dataDir, webUi: false, onProgress: note, ...ledger });
  const env = {
    TEMPORAL_ADDRESS: embedded.temporal.address,
    TEMPORAL_NAMESPACE: embedded.temporal.namespace,
    DATABASE_URL: embedded.databaseUrl,
  };
  const orchestrator = await started(['orchestrator'], env);
  const begunAt = performance.now();
  const flags = ['--pool', 'bench', '--name', 'a', '--jobs', NO_OP, '--slots', String(slots)];
  const node = await started(['node', ...flags], { ...env, DATABASE_URL: undefined });
  const nodeStartMs = performance.now() - begunAt;
  const nodeRssMb = await rssMb(node.pid);
  const bare = await Promise.all(
    ['workflow', 'activity'].map((role) => startBare(role, slots, env)),
  );
  return {
    embedded,
    nodeStartMs,
    nodeRssMb,
    ledger: postgres === undefined ? 'pglite' : 'postgresql',
    stop: async () => {
      await Promise.all([orchestrator.stop(), node.stop(), ...bare.map(endBare)]);
      await embedded.stop();
      await postgres?.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Production's ledger where this machine has it. */
async function startLedger(note: (message: string) => void): Promise<Ledger | undefined> {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-bench-ledger-'));
  try {
    const postgres = await startPostgres({ dataDir });
    const remove = () => rm(dataDir, { recursive: true, force: true });
    return { url: postgres.url, stop: () => postgres.stop().then(remove) };
  } catch (error) {
    note(`the ledger is PGlite: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

async function started(
  args: readonly string[],
  env: Record<string, string | undefined>,
): Promise<HoldfastProcess> {
  return new Promise((resolve, reject) => {
    const child = HoldfastProcess.start({
      args: [...args, '--log-level', 'info'],
      env,
      onLog: ({ msg }) => {
        if (msg === 'node.started' || msg === 'orchestrator.started') resolve(child);
      },
    });
    void child.ended().then(() => reject(new Error(child.lastLines)));
  });
}

async function startBare(
  role: string,
  slots: number,
  env: Record<string, string | undefined>,
): Promise<ChildProcess> {
  const child = fork(BARE, [role, String(slots)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  await once(child, 'message');
  return child;
}

async function endBare(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.disconnect();
  await ended;
}

async function rssMb(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout) / 1024;
}
