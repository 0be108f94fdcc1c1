import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import getPort from 'get-port';
import type { Embedded } from '../../dist/dev/embedded.js';
import { startEmbedded } from '../../dist/dev/embedded.js';

/** The two servers whose state outlives a process. */
type Server = 'ledger' | 'temporal';

/** Free ones, kept over a restore: the fleet's processes go on. */
interface Ports {
  readonly temporal: number;
  readonly ledger: number;
}

/** Embedded servers of a test's own, of which backups are made and restored as an operator does. */
export class RestorableServers {
  readonly #dataDir: string;
  readonly #backupDir: string;
  readonly #ports: Ports;
  #embedded: Embedded;

  private constructor(folder: string, ports: Ports, embedded: Embedded) {
    this.#dataDir = join(folder, 'data');
    this.#backupDir = join(folder, 'backup');
    this.#ports = ports;
    this.#embedded = embedded;
  }

  static async start(): Promise<RestorableServers> {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-restored-'));
    const ports = { temporal: await getPort(), ledger: await getPort() };
    const embedded = await startEmbedded({ dataDir: join(folder, 'data'), webUi: false, ports });
    return new RestorableServers(folder, ports, embedded);
  }

  get temporalAddress(): string {
    return this.#embedded.temporal.address;
  }

  get databaseUrl(): string {
    return this.#embedded.databaseUrl;
  }

  /** Copies the files of both servers while they are down. */
  async backUp(): Promise<void> {
    await this.#whileDown(() => cp(this.#dataDir, this.#backupDir, { recursive: true }));
  }

  /** Puts the files of one server back; the other one keeps what it has learnt since. */
  async restore(server: Server): Promise<void> {
    await this.#whileDown(async () => {
      for (const name of await filesOf(server, this.#dataDir)) {
        await rm(join(this.#dataDir, name), { recursive: true });
      }
      for (const name of await filesOf(server, this.#backupDir)) {
        await cp(join(this.#backupDir, name), join(this.#dataDir, name), { recursive: true });
      }
    });
  }

  async stop(): Promise<void> {
    await this.#embedded.stop();
    await rm(join(this.#dataDir, '..'), { recursive: true, force: true });
  }

  async #whileDown(work: () => Promise<void>): Promise<void> {
    await this.#embedded.stop();
    await work();
    const options = { dataDir: this.#dataDir, webUi: false, ports: this.#ports };
    this.#embedded = await startEmbedded(options);
  }
}

/** PGlite's folder; SQLite's file with its journal. */
async function filesOf(server: Server, folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) =>
    server === 'ledger' ? name === 'ledger' : name.startsWith('temporal.db'),
  );
}
