import { fileURLToPath } from 'node:url';
import type { HoldfastProcess } from '../dist/dev/holdfast-process.js';
import type { CuttableLink } from './cuttable-link.ts';
import { createLink } from './cuttable-link.ts';
import type { BenchServers } from './servers.ts';
import { started } from './servers.ts';

const LONG = fileURLToPath(new URL('./jobs/long.mjs', import.meta.url));

/** The faults that are measured: SIGKILL, SIGSTOP, the network, SIGTERM with no grace. */
export const FAULTS = ['kill', 'stop', 'cut', 'drain'] as const;

/** One of {@link FAULTS}. */
export type Fault = (typeof FAULTS)[number];

/** A node that one kind of fault strikes again and again. */
export class FaultyNode {
  readonly name: string;
  readonly #fault: Fault;
  readonly #start: () => Promise<HoldfastProcess>;
  readonly #link: CuttableLink | undefined;
  #process: HoldfastProcess;

  private constructor(
    name: string,
    fault: Fault,
    link: CuttableLink | undefined,
    start: () => Promise<HoldfastProcess>,
    process: HoldfastProcess,
  ) {
    this.name = name;
    this.#fault = fault;
    this.#link = link;
    this.#start = start;
    this.#process = process;
  }

  static async start(name: string, fault: Fault, servers: BenchServers): Promise<FaultyNode> {
    const { address } = servers.embedded.temporal;
    const link = fault === 'cut' ? await createLink(name, address) : undefined;
    const env = {
      ...servers.env,
      DATABASE_URL: undefined,
      TEMPORAL_ADDRESS: link?.address ?? address,
    };
    const grace = fault === 'drain' ? ['--shutdown-grace', '0s'] : [];
    const flags = ['--pool', 'bench', '--name', name, '--jobs', LONG, '--slots', '4', ...grace];
    const start = () => started(['node', ...flags], env, link?.wrapper);
    return new FaultyNode(name, fault, link, start, await start());
  }

  /** Does the fault; returns when it is done, not when its effects are over. */
  async strike(): Promise<void> {
    switch (this.#fault) {
      case 'kill':
        return this.#process.signal('SIGKILL');
      case 'stop':
        return this.#process.signal('SIGSTOP');
      case 'cut':
        return this.#link?.cut();
      case 'drain':
        return this.#process.signal('SIGTERM');
    }
  }

  /** Undoes the fault, or starts the node again. */
  async recover(): Promise<void> {
    if (this.#fault === 'stop') return this.#process.signal('SIGCONT');
    if (this.#fault === 'cut') return this.#link?.heal();
    await this.#process.ended();
    this.#process = await this.#start();
  }

  async remove(): Promise<void> {
    await this.#process.stop();
    await this.#link?.remove();
  }
}
