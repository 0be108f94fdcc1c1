import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { JobHandle } from 'holdfast';
import { inject } from 'vitest';
import type { HoldfastProcess } from '../../dist/dev/holdfast-process.js';
import { eventually } from './eventually.ts';
import type { FleetLine, NodeLink } from './fleet.ts';
import { Fleet } from './fleet.ts';

/** A handler may go on for long after its attempt was given up, and its node is not fenced so soon. */
const PATIENT = ['--cancel-grace', '60s', '--lease', '60s', '--slots', '8'];

/** A fleet for late results: patient nodes, the folder they keep results in, and a Temporal client. */
export class LateFleet {
  readonly fleet: Fleet;
  readonly temporal: Client;

  private constructor(fleet: Fleet, temporal: Client) {
    this.fleet = fleet;
    this.temporal = temporal;
  }

  /** With one orchestrator, started with these flags. */
  static async start(flags: readonly string[] = []): Promise<LateFleet> {
    const fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') }, flags);
    const connection = await Connection.connect({ address: inject('temporalAddress') });
    return new LateFleet(fleet, new Client({ connection, namespace: fleet.namespace }));
  }

  async stop(): Promise<void> {
    await this.temporal.connection.close();
    await this.fleet.stop();
  }

  /** Starts a node, and waits until jobs may be placed on it. */
  async startNode(
    name: string,
    flags: readonly string[] = [],
    link?: NodeLink,
  ): Promise<HoldfastProcess> {
    const leases = () => this.fleet.find('node.lease_held', { from: name }).length;
    const before = leases();
    const all = [...PATIENT, '--spool-dir', this.#spool, ...flags];
    const node = await this.fleet.startNode(name, all, link);
    await eventually(() => leases() > before);
    return node;
  }

  /** Waits for the start of an attempt. */
  started(job: JobHandle<unknown>, epoch: number): Promise<FleetLine> {
    return this.fleet.logged('attempt.started', { job: job.id, epoch });
  }

  /** Waits until these are the verdicts on a job's results, in any order. */
  async judged(job: JobHandle<unknown>, ...verdicts: string[]): Promise<void> {
    const wanted = verdicts.sort().join();
    await eventually(async () => (await this.verdictsOn(job)).join() === wanted);
  }

  async verdictsOn(job: JobHandle<unknown>): Promise<string[]> {
    const { results } = await job.get();
    return results.map(({ epoch, verdict }) => `${verdict} ${epoch}`).sort();
  }

  /** The results that nodes keep on disk. */
  async keptFiles(): Promise<string[]> {
    const files = await readdir(this.#spool, { recursive: true }).catch(() => []);
    return files.filter((file) => file.endsWith('.json'));
  }

  get #spool(): string {
    return join(this.fleet.folder, 'spool');
  }
}
