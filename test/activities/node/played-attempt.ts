import { ApplicationFailure, CompleteAsyncError } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect } from 'vitest';
import type {
  HandlerEnd,
  HandlerError,
  HandlerRun,
} from '../../../dist/activities/node/handler-executor.js';
import type { NodeActivityDeps } from '../../../dist/activities/node/run-job.js';
import { createNodeActivities } from '../../../dist/activities/node/run-job.js';
import type { AttemptReport, Dispatch } from '../../../dist/domain/activities.js';
import type { LateResult } from '../../../dist/domain/late-result.js';
import { deferred } from './deferred.ts';
import { openNode } from './open-node.ts';

/** The attempt that is made unless a test asks for another. */
export const DISPATCH: Dispatch = {
  job: 'utt-42',
  generation: 1,
  epoch: 3,
  kind: 'transcribe',
  pool: 'gpu',
  input: { audioUrl: 'a' },
  session: { id: 's1', index: 42 },
};

/** What every log line of that attempt carries. */
export const IDS = {
  job: 'utt-42',
  generation: 1,
  epoch: 3,
  kind: 'transcribe',
  node: 'gpu-1',
  session: { id: 's1', index: 42 },
};

interface Line {
  level: string;
  message: string;
  fields: Record<string, unknown>;
}

/** An attempt whose handler the test plays. */
export interface Attempt {
  /** What the executor was given, once it was called. */
  readonly run: Promise<HandlerRun>;
  /**
   * How the activity ended: with what was brought to the server, if anything was, or with its failure.
   */
  readonly answer: Promise<AttemptReport | undefined>;
  /** What was kept as a late result, by the workflow that it is for. */
  readonly late: { readonly workflowId: string; readonly late: LateResult }[];
  readonly env: MockActivityEnvironment;
  readonly lines: Line[];
  /** Ends the handler so. */
  readonly end: (end: HandlerEnd) => void;
}

interface Setting extends Partial<NodeActivityDeps> {
  readonly dispatch?: Dispatch;
  readonly heartbeatTimeoutMs?: number;
  readonly startToCloseTimeoutMs?: number;
}

/** Runs an attempt of `runJob` in a mocked activity. */
export function attempt({ dispatch = DISPATCH, ...setting }: Setting = {}): Attempt {
  const { heartbeatTimeoutMs = 90, startToCloseTimeoutMs = 60_000, ...deps } = setting;
  const env = new MockActivityEnvironment({ heartbeatTimeoutMs, startToCloseTimeoutMs });
  const lines: Line[] = [];
  const line = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, message, fields: { ...fields } });
  const called = deferred<HandlerRun>();
  const ended = deferred<HandlerEnd>();
  const late: { workflowId: string; late: LateResult }[] = [];
  let brought: AttemptReport | undefined;
  const activities = createNodeActivities({
    node: 'gpu-1',
    incarnation: 'i1',
    pool: 'gpu',
    kinds: ['transcribe', 'align'],
    cancelGraceMs: 50,
    ...openNode(),
    events: { attemptStarted: () => undefined, attemptEnded: () => undefined },
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    executor: {
      run: (run) => {
        called.resolve(run);
        return ended.promise;
      },
      stop: () => Promise.resolve(),
    },
    complete: (_token, report) => {
      brought = report;
      return Promise.resolve('acknowledged');
    },
    keepLate: (workflowId, result) => {
      late.push({ workflowId, late: result });
      return Promise.resolve();
    },
    ...deps,
  });
  const run = () => activities.runJob(dispatch);
  const answer = env.run<[], AttemptReport, typeof run>(run).catch((error: unknown) => {
    // The SDK sends nothing then.
    if (error instanceof CompleteAsyncError) return brought;
    throw error;
  });
  answer.catch(() => undefined);
  return { env, lines, late, answer, run: called.promise, end: ended.resolve };
}

/** The end of a handler that threw. */
export const threw = (error: Partial<HandlerError> = {}): HandlerEnd => ({
  kind: 'threw',
  error: {
    code: 'job_failed',
    message: 'm',
    name: 'E',
    stack: 's',
    retryable: true,
    elsewhere: false,
    ...error,
  },
});

/** The failure by which an attempt was answered. */
export const failureOf = (answer: Promise<unknown>): Promise<ApplicationFailure> =>
  answer.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(ApplicationFailure);
      return error as ApplicationFailure;
    },
  );
