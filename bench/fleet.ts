import type { ChildProcess } from 'node:child_process';
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BenchServers } from './servers.ts';
import { startBenchServers, started } from './servers.ts';

const NO_OP = fileURLToPath(new URL('./jobs/no-op.mjs', import.meta.url));
const BARE = fileURLToPath(new URL('./bare/worker.mjs', import.meta.url));

/** Both sides of the comparison on one server: two processes each, with the same options. */
export interface BenchFleet {
  readonly embedded: BenchServers['embedded'];
  /** From the spawn of the node's process to its first poll. */
  readonly nodeStartMs: number;
  /** Resident memory of the node's process before its first job. */
  readonly nodeRssMb: number;
  readonly ledger: BenchServers['ledger'];
  stop(): Promise<void>;
}

/** Starts servers, orchestrator, node and the bare side's two processes. */
export async function startBenchFleet(slots: number): Promise<BenchFleet> {
  const servers = await startBenchServers();
  const { embedded, env, ledger } = servers;
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
    ledger,
    stop: async () => {
      await Promise.all([node.stop(), ...bare.map(endBare)]);
      await servers.stop();
    },
  };
}

async function startBare(
  role: string,
  slots: number,
  env: Readonly<Record<string, string | undefined>>,
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
