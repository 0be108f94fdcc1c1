import { randomUUID } from 'node:crypto';
import type { JobHandle, JobView, Resource, SubmitOptions } from 'holdfast';
import pg from 'pg';
import { eventually } from './eventually.ts';
import type { Fleet } from './fleet.ts';

type Job = JobHandle<unknown>;

interface GrantRow {
  readonly resource: string;
  readonly state: string;
  readonly granted_at: Date | null;
}

/** What tests do with resources on a fleet, and with jobs that hold them. */
export class Resources {
  readonly fleet: Fleet;
  /** The fleet's ledger. */
  readonly db: pg.Client;

  private constructor(fleet: Fleet, db: pg.Client) {
    this.fleet = fleet;
    this.db = db;
  }

  static async of(fleet: Fleet): Promise<Resources> {
    const db = new pg.Client({ connectionString: fleet.databaseUrl });
    await db.connect();
    return new Resources(fleet, db);
  }

  /** Ends the fleet, too. */
  async stop(): Promise<void> {
    await this.db.end();
    await this.fleet.stop();
  }

  /** A resource that no other test uses. */
  async resource(capacity: number): Promise<string> {
    const name = `r-${randomUUID().slice(0, 8)}`;
    await this.fleet.client.resources.set(name, capacity);
    return name;
  }

  /** A job that runs until the gate of its own id is open. */
  hold(options: SubmitOptions): Promise<Job> {
    const { client, pool } = this.fleet;
    const id = randomUUID();
    return client.jobs.submit('hold', this.fleet.hold(id), { id, pool, ...options });
  }

  /** A job that runs by now. */
  async running(options: SubmitOptions): Promise<Job> {
    const job = await this.hold(options);
    await this.started(job);
    return job;
  }

  /** A job that waits in a queue by now. */
  async waiting(options: SubmitOptions): Promise<Job> {
    const job = await this.hold(options);
    await this.fleet.logged('job.awaits_grant', { job: job.id });
    return job;
  }

  /** Until an attempt of a job has started. */
  async started({ id: job }: Job, epoch = 1): Promise<void> {
    await this.fleet.logged('attempt.started', { job, epoch });
  }

  /** Until a job waits with these words. */
  waits(job: Job, why: string): Promise<JobView> {
    return eventually(async () => {
      const view = await job.get();
      return view.live?.why === why && view;
    });
  }

  /** Lets a job end, and waits for it. */
  async end(job: Job): Promise<void> {
    await this.fleet.open(job.id);
    await job.result();
  }

  hasStarted({ id: job }: Job): boolean {
    return this.fleet.find('attempt.started', { job }).length > 0;
  }

  /** True when a job started after another had ended, by the log of the node that ran both. */
  isAfter(later: Job, earlier: Job): boolean {
    const at = (what: string, { id }: Job) =>
      this.fleet.lines.findIndex(({ msg, job }) => msg === `attempt.${what}` && job === id);
    const ended = at('ended', earlier);
    return ended !== -1 && at('started', later) > ended;
  }

  /** What a job holds or waits for on record, by the names of the resources. */
  async grantsOf({ id }: Job): Promise<GrantRow[]> {
    const { rows } = await this.db.query<GrantRow>(
      `select resource, state, granted_at from holdfast.grants where job_id = $1
       order by resource`,
      [id],
    );
    return rows;
  }

  /** A resource of the fleet, as it is listed. */
  async listed(name: string): Promise<Resource | undefined> {
    const all = await this.fleet.client.resources.list();
    return all.find((each) => each.name === name && each.pool === undefined);
  }
}

/** The options of a job that needs some of a resource. */
export const needing = (name: string, amount = 1): SubmitOptions => ({
  resources: { [name]: amount },
});
