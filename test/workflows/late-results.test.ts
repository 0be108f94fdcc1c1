import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ClosedJob, CloseJob, Dispatch, OpenJob } from '../../src/domain/activities.ts';
import { jobWorkflowId } from '../../src/domain/ids.ts';
import type { JobOutcome, JobRequest } from '../../src/domain/job.ts';
import type { ArrivedResult, LateResult, TakenResult } from '../../src/domain/late-result.ts';
import { JOB_WORKFLOW, LATE_RESULT_SIGNAL } from '../../src/domain/messages.ts';
import { nodeQueue } from '../../src/domain/queues.ts';

interface Wanted {
  readonly request?: Partial<JobRequest>;
  readonly runJob?: (dispatch: Dispatch) => Promise<unknown>;
}

const BUNDLE = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));
const address = inject('temporalAddress');
let connection: Connection;
let native: NativeConnection;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  connection = await Connection.connect({ address });
  native = await NativeConnection.connect({ address });
});
afterAll(async () => {
  await native.close();
  await connection.close();
});

/** A job, and a ledger that says what it was asked. */
class Play {
  readonly job = `job-${randomUUID()}`;
  readonly judged: TakenResult[] = [];
  token: string | undefined;
  stored: JobOutcome | undefined;
  /** Comes before the ledger answers the first call of this name. */
  readonly onFirst: Record<string, () => Promise<void>> = {};
  readonly #client = new Client({ connection });

  get handle(): WorkflowHandle {
    return this.#client.workflow.getHandle(jobWorkflowId(this.job));
  }

  signal(given: Partial<LateResult> = {}): Promise<void> {
    const { job, token } = this;
    const late = { job, generation: 1, epoch: 1, node: 'n1', token, result: 'late', startedAt: 1 };
    return this.handle.signal(LATE_RESULT_SIGNAL, { ...late, ...given });
  }

  async run({ request: given, runJob = fails }: Wanted = {}): Promise<unknown> {
    const taskQueue = `play-${this.job}`;
    const request: JobRequest = {
      kind: 'k',
      pool: 'p',
      input: null,
      pin: { node: this.job },
      ...given,
    };
    const [workflows, node] = await Promise.all([
      Worker.create({
        connection: native,
        taskQueue,
        workflowBundle: { codePath: BUNDLE },
        activities: this.#ledger(),
      }),
      Worker.create({
        connection: native,
        taskQueue: nodeQueue(this.job, '1'),
        activities: { runJob },
      }),
    ]);
    const start = async (): Promise<unknown> => {
      const handle = await this.#client.workflow.start(JOB_WORKFLOW, {
        taskQueue,
        workflowId: jobWorkflowId(this.job),
        args: [request],
      });
      return (handle.result() as Promise<unknown>).catch(
        (error: { cause?: unknown }) => error.cause,
      );
    };
    return node.runUntil(() => workflows.runUntil(start));
  }

  #ledger() {
    return {
      openJob: async ({ resultToken }: OpenJob) => {
        this.token = resultToken;
        await this.#before('openJob');
        return this.stored === undefined
          ? { kind: 'opened' }
          : { kind: 'closed', outcome: this.stored };
      },
      closeJob: async ({ outcome }: CloseJob): Promise<ClosedJob> => {
        if (this.stored !== undefined) return { kind: 'earlier', outcome: this.stored };
        this.stored = outcome;
        await this.#before('closeJob');
        return { kind: 'own' };
      },
      judgeResult: async ({ late }: ArrivedResult) => {
        this.judged.push(late);
        await this.#before('judgeResult');
        return { kind: 'judged', verdict: 'late', isAfterCleanup: false };
      },
      placeAttempt: () =>
        Promise.resolve({
          kind: 'node',
          node: this.job,
          incarnation: '1',
          scheduleToStartMs: 10_000,
        }),
      clearPlace: () => this.#before('clearPlace'),
    };
  }

  async #before(call: string): Promise<void> {
    const once = this.onFirst[call];
    delete this.onFirst[call];
    await once?.();
  }
}

const fails = () =>
  Promise.reject(ApplicationFailure.retryable('boom', 'job_failed', { node: 'n1', startedAt: 1 }));

describe('a late result', () => {
  it('is judged when it comes while its job, which has ended otherwise, is put on record', async () => {
    const play = new Play();
    play.onFirst['closeJob'] = () => play.signal({ epoch: 1, result: 'late' });
    expect(await play.run()).toMatchObject({ type: 'job_failed' });
    expect(play.judged).toMatchObject([{ epoch: 1, result: 'late' }]);
  });

  it('keeps the name of its arrival when the answer of the ledger is lost', async () => {
    const play = new Play();
    play.onFirst['closeJob'] = () => play.signal();
    play.onFirst['judgeResult'] = () => Promise.reject(new Error('no answer'));
    await play.run();
    const [first, again] = play.judged;
    expect(first?.arrival).toMatch(/^[-0-9a-f]{36}\/0$/);
    expect(again).toEqual(first);
  });

  it('is judged when it comes to a workflow that finds its job closed', async () => {
    const play = new Play();
    play.stored = { state: 'succeeded', result: 'stored' };
    play.onFirst['openJob'] = () => play.signal({ token: 'of the run before' });
    expect(await play.run()).toBe('stored');
    expect(play.judged).toMatchObject([{ token: 'of the run before' }]);
  });

  it('ends a pause that it comes just before', { timeout: 30_000 }, async () => {
    const play = new Play();
    play.onFirst['clearPlace'] = async () => {
      await play.signal({ result: 'in time' });
      throw new Error('no answer');
    };
    const request: Partial<JobRequest> = {
      reconcile: 'replacement',
      retry: { maxAttempts: 2, initialMs: 60_000, maxMs: 60_000 },
    };
    expect(await play.run({ request })).toBe('in time');
  });
});
