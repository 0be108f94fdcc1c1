import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { inject } from 'vitest';
import { jobWorkflowId } from '../../dist/domain/ids.js';
import type { Fleet } from './fleet.ts';
import type { Stage } from './kill-aim.ts';

const NOT_FOUND = 5;

/** What Temporal says of a job's workflow. */
export interface SeenWorkflow {
  readonly isRunning: boolean;
  /** It has an attempt that has not ended. */
  readonly isDispatched: boolean;
}

/** Looks at a fleet's servers from outside, by connections of its own. */
export class Witness {
  readonly db: pg.Client;
  readonly temporal: Client;

  private constructor(db: pg.Client, temporal: Client) {
    this.db = db;
    this.temporal = temporal;
  }

  static async of(fleet: Fleet): Promise<Witness> {
    const db = new pg.Client({ connectionString: fleet.databaseUrl });
    await db.connect();
    const connection = await Connection.connect({ address: inject('temporalAddress') });
    return new Witness(db, new Client({ connection, namespace: fleet.namespace }));
  }

  async close(): Promise<void> {
    await this.db.end();
    await this.temporal.connection.close();
  }

  /** The first column of a query's rows. */
  async column<Value = string>(sql: string, values: unknown[] = []): Promise<Value[]> {
    const { rows } = await this.db.query<Value[]>({ text: sql, values, rowMode: 'array' });
    return rows.map(([value]) => value!);
  }

  /** The ids in the outbox. */
  inOutbox(): Promise<string[]> {
    return this.column('select job_id from holdfast.outbox');
  }

  /** The workflow of a job's first generation; undefined when Temporal does not know it. */
  async workflowOf(job: string): Promise<SeenWorkflow | undefined> {
    try {
      const { status, raw } = await this.temporal.workflow.getHandle(jobWorkflowId(job)).describe();
      const pending = raw.pendingActivities ?? [];
      return {
        isRunning: status.name === 'RUNNING',
        isDispatched: pending.some(({ activityId }) => activityId?.startsWith('attempt/')),
      };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /**
   * How far a job has come that is committed; undefined when it is nowhere. In the order in which a
   * job goes on, so that one that moves meanwhile is not missed.
   */
  async stageOf(job: string): Promise<Stage | undefined> {
    const isWaiting = (await this.inOutbox()).includes(job);
    const handle = this.temporal.workflow.getHandle(jobWorkflowId(job));
    try {
      const { events } = await handle.fetchHistory();
      const isDispatched = (events ?? []).some(
        ({ activityTaskScheduledEventAttributes: scheduled }) =>
          scheduled?.activityType?.name === 'runJob',
      );
      return isDispatched ? 'dispatched' : 'open';
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return isWaiting ? 'outbox' : undefined;
    }
  }
}

function isNotFound(error: unknown): boolean {
  const { name, code } = error as { name?: string; code?: number };
  return name === 'WorkflowNotFoundError' || code === NOT_FOUND;
}
