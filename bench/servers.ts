import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Embedded } from '../dist/dev/embedded.js';
import { startEmbedded } from '../dist/dev/embedded.js';
import { HoldfastProcess } from '../dist/dev/holdfast-process.js';
import { startPostgres } from '../dist/dev/stack/start-postgres.js';

/** A ledger that was started for the measurement. */
interface Ledger {
  readonly url: string;
  stop(): Promise<void>;
}

/** The servers of a measurement and an orchestrator. */
export interface BenchServers {
  readonly embedded: Embedded;
  /** By which processes find the servers. */
  readonly env: Readonly<Record<string, string>>;
  /** What the ledger is: this machine's PostgreSQL, or PGlite where there is none. */
  readonly ledger: 'postgresql' | 'pglite';
  stop(): Promise<void>;
}

/** Starts a Temporal server, a ledger and an orchestrator with these flags. */
export async function startBenchServers(flags: readonly string[] = []): Promise<BenchServers> {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  const postgres = await startLedger(note);
  const ledger = postgres === undefined ? {} : { databaseUrl: postgres.url };
  const embedded = await startEmbedded({ dataDir, webUi: false, onProgress: note, ...ledger });
  const env = {
    TEMPORAL_ADDRESS: embedded.temporal.address,
    TEMPORAL_NAMESPACE: embedded.temporal.namespace,
    DATABASE_URL: embedded.databaseUrl,
  };
  const orchestrator = await started(['orchestrator', ...flags], env);
  return {
    embedded,
    env,
    ledger: postgres === undefined ? 'pglite' : 'postgresql',
    stop: async () => {
      await orchestrator.stop();
      await embedded.stop();
      await postgres?.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Says how a measurement gets on; standard output is for its document. */
export function note(message: string): void {
  process.stderr.write(`${message}\n`);
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

/** Starts a `holdfast` command and waits until it says that it has started. */
export async function started(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  wrapper: readonly string[] = [],
): Promise<HoldfastProcess> {
  return new Promise((resolve, reject) => {
    const child = HoldfastProcess.start({
      args: [...args, '--log-level', 'info'],
      env,
      wrapper,
      onLog: ({ msg }) => {
        if (msg === 'node.started' || msg === 'orchestrator.started') resolve(child);
      },
    });
    void child.ended().then(() => reject(new Error(child.lastLines)));
  });
}
