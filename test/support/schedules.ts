import pg from 'pg';
import type { Ledger } from '../../dist/ledger/ledger.js';
import { openLedger } from '../../dist/ledger/ledger.js';
import type { Fleet } from './fleet.ts';

/** A time of a schedule with what became of it. */
export interface PlanLine {
  readonly scope: string;
  readonly time: string;
  readonly skipped: string | null;
  readonly started: boolean;
  readonly state: string | null;
  readonly attempts: number;
}

/** The schedules of a fleet, and what became of their times. */
export class FleetSchedules {
  readonly ledger: Ledger;
  readonly #databaseUrl: string;

  constructor({ databaseUrl }: Pick<Fleet, 'databaseUrl'>) {
    this.ledger = openLedger(databaseUrl);
    this.#databaseUrl = databaseUrl;
  }

  /** Puts a schedule on record. */
  async put(document: { readonly name: string } & Record<string, unknown>): Promise<void> {
    const decideBefore = () => {
      throw new Error('no edit of times here');
    };
    const options = { by: 'test', how: 'put', decideBefore };
    await this.ledger.schedules.put(document as never, options);
  }

  /** Every time on record, the oldest first. */
  plans(schedule: string): Promise<PlanLine[]> {
    return this.query<PlanLine>(
      `select scope, to_char(time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as time, skipped,
         started_at is not null as started, job.state, coalesce(job.attempt_count, 0) as attempts
       from holdfast.plans
       left join lateral (select state, attempt_count from holdfast.jobs where id = job_id
         order by generation desc limit 1) job on true
       where schedule = $1 order by plans.time, scope`,
      [schedule],
    );
  }

  async query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.#databaseUrl });
    await client.connect();
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  close(): Promise<void> {
    return this.ledger.close();
  }
}
