import { describe, expect, test } from 'vitest';
import { storyOf } from '../../../src/client/story/story.ts';
import { payloads, PlayedHistory } from './played-history.ts';

function told({ events }: PlayedHistory): string[] {
  return storyOf(events).map(({ epoch, kind, text }) => `${epoch ?? '-'} ${kind}: ${text}`);
}

describe('a story', () => {
  test('says what was submitted: pin, labels, each', () => {
    const history = new PlayedHistory();
    const request = { kind: 'k', pool: 'p', pin: { node: 'n' }, labels: { gpu: 'a100' } };
    history.add({ workflowExecutionStartedEventAttributes: { input: payloads(request) } });
    const each = { kind: 'k', pool: 'p', placement: 'each' };
    history.add({ workflowExecutionStartedEventAttributes: { input: payloads(each) } });
    expect(told(history)).toEqual([
      '- submitted: is submitted: k in pool p, pinned to node n, on gpu=a100',
      '- submitted: is submitted: k in pool p, on each of its nodes',
    ]);
  });

  test('tells places, waits and the own queue of a node', () => {
    const history = new PlayedHistory();
    const until = Date.UTC(2026, 10, 21, 13);
    history.answer('placeAttempt', { kind: 'wait', why: 'node n is offline', node: 'n', until });
    history.signal('place_again');
    history.answer('placeAttempt', { kind: 'node', node: 'n', incarnation: 'i' });
    history.dispatch(1, 'node/n/i', { scheduleToStartTimeout: { seconds: 5 } });
    expect(told(history)).toEqual([
      '- waiting: waits: node n is offline',
      '- told: is told to look for a place again',
      '- placed: a slot of node n is reserved for it',
      '1 dispatched: goes to node n (to start within 5 s, heartbeat 5 s, timeout 60 s)',
    ]);
    const [wait, , placed, dispatched] = storyOf(history.events);
    expect(wait).toMatchObject({ node: 'n', until: new Date(until) });
    expect([placed?.node, dispatched?.node, dispatched?.queue]).toEqual(['n', 'n', 'node/n/i']);
  });

  test('tells a late result, what became of it, and a wait for the turn in a session', () => {
    const history = new PlayedHistory();
    history.answer('openJob', { kind: 'opened', awaitsTurn: true });
    history.answer('isTurn', false);
    history.answer('isTurn', true);
    history.signal('late_result', { epoch: 1, node: 'n', result: 'x' });
    history.answer('judgeResult', { kind: 'judged', verdict: 'superseded', isAfterCleanup: false });
    history.answer('judgeResult', { kind: 'judged', verdict: 'late', isAfterCleanup: true });
    history.answer('judgeResult', { kind: 'refused', why: 'wrong_token' });
    expect(told(history)).toEqual([
      '- opened: is recorded in the ledger',
      '- waiting: waits: the index before its own in the session is not closed',
      '- placed: its turn in the session has come',
      '1 late_result: node n delivers the result of an attempt that was given up',
      '- judged: a further result is on record as superseded',
      '- judged: a further result is on record as late, after the clean-up of the job',
      '- judged: a result is refused: it is none of this job',
    ]);
  });

  test('tells a node that went, the excuse, the failover, and what came too late', () => {
    const history = new PlayedHistory();
    const first = history.dispatch(1, 'node/n/i', { heartbeatTimeout: undefined });
    history.signal('attempt_gone', { epoch: 1, node: 'n', wasRunning: true, why: 'lost' });
    history.add({ activityTaskCancelRequestedEventAttributes: { scheduledEventId: first } });
    history.answer('excuseLoss', 'failover of pool p pauses');
    history.dispatch(2, 'pool/p');
    history.start(first, 'n');
    history.add({ activityTaskCompletedEventAttributes: { scheduledEventId: first } });
    expect(told(history)).toEqual([
      "1 dispatched: goes to node n (alive by its node's lease, timeout 60 s)",
      '1 lost: is lost: node n is gone, and it ran there',
      '1 called_back: is called back',
      '1 excused: the loss does not count: failover of pool p pauses',
      '2 dispatched: fails over to the queue of pool p (heartbeat 5 s, timeout 60 s)',
      '1 started: starts on node n',
      '1 late: succeeds on node n; it was given up before',
    ]);
  });

  test('says nothing of a loss that counts', () => {
    const history = new PlayedHistory();
    history.answer('excuseLoss', null);
    history.answer('findAttempt', { node: 'n' });
    expect(told(history)).toEqual([]);
  });

  test('tells limits that ran out, and failures of a node', () => {
    const history = new PlayedHistory();
    const start = { scheduleToStartTimeout: { seconds: 5 } };
    const queued = history.dispatch(1, 'node/n/i', start);
    history.add(timedOut(queued, 2));
    const long = history.dispatch(1, 'pool/p');
    history.start(long, 'm');
    history.add(timedOut(long, 1));
    const failures = ['thread_died', 'attempt_fenced', 'WorkerShutdown'];
    failures.forEach((type, index) => {
      const attempt = history.dispatch(index + 2, 'pool/p');
      history.add(failed(attempt, type, 'why', { node: 'm' }));
    });
    const last = history.dispatch(5, 'pool/p');
    history.add(
      failed(last, 'job_failed', 'full', { node: 'm', name: 'DiskError', elsewhere: true }),
    );
    const ends = told(history).filter((line) => !/dispatched|started/.test(line));
    expect(ends).toEqual([
      '1 not_taken: nobody takes it from node n within 5 s',
      '1 lost: is lost: it ran longer than 60 s on node m',
      '2 lost: is lost: its thread died on node m: why',
      '3 lost: is lost: node m stopped it: why',
      '4 handed_back: is handed back by node m: why',
      '5 failed: fails on node m: job_failed: DiskError: full; it asks for another node',
    ]);
  });

  test('tells a move and the dispatch that follows', () => {
    const history = new PlayedHistory();
    const first = history.dispatch(1, 'pool/p');
    history.add({
      workflowExecutionUpdateAcceptedEventAttributes: {
        acceptedRequest: {
          meta: { identity: 'me@host' },
          input: { name: 'move', args: payloads({ node: 'n' }) },
        },
      },
    });
    history.add({ activityTaskCanceledEventAttributes: { scheduledEventId: first } });
    history.dispatch(1, 'node/n/i');
    expect(told(history).slice(1)).toEqual([
      '- moved: is moved to node n by me@host',
      '1 cancelled: stops before a node took it',
      '1 dispatched: is moved to node n (heartbeat 5 s, timeout 60 s)',
    ]);
  });

  test('tells a node that takes no new work', () => {
    const history = new PlayedHistory();
    history.dispatch(1, 'node/n/i');
    history.signal('attempt_gone', { epoch: 1, node: 'n', wasRunning: false, why: 'recalled' });
    expect(told(history)[1]).toBe('1 told: node n takes no new work');
  });

  test('tells the parts of a job of placement each', () => {
    const history = new PlayedHistory();
    const workflowExecution = { workflowId: 'job/j@n' };
    history.answer('nodesFor', { kind: 'nodes', names: ['m', 'n'] });
    history.add({ startChildWorkflowExecutionInitiatedEventAttributes: { workflowId: 'job/j@n' } });
    history.add({ childWorkflowExecutionCompletedEventAttributes: { workflowExecution } });
    const failure = { message: 'child', cause: { message: 'no such luck' } };
    history.add({ childWorkflowExecutionFailedEventAttributes: { workflowExecution, failure } });
    expect(told(history)).toEqual([
      '- placed: runs on each of m, n',
      '- part: job j@n is started',
      '- part: job j@n succeeded',
      '- part: job j@n failed: no such luck',
    ]);
  });

  test('goes on over runs, and tells an end by force', () => {
    const history = new PlayedHistory();
    history.add({ workflowExecutionStartedEventAttributes: { continuedExecutionRunId: 'r' } });
    history.add({ workflowExecutionTerminatedEventAttributes: { reason: 'enough' } });
    expect(told(history)).toEqual([
      '- continued: goes on in a new run of its workflow',
      '- closed: its workflow was ended by force: enough',
    ]);
  });

  test('of nothing is empty', () => {
    expect(storyOf([])).toEqual([]);
  });
});

function timedOut(scheduledEventId: number, timeoutType: number): object {
  const failure = { timeoutFailureInfo: { timeoutType } };
  return { activityTaskTimedOutEventAttributes: { scheduledEventId, failure } };
}

function failed(scheduledEventId: number, type: string, message: string, detail: object): object {
  const failure = { message, applicationFailureInfo: { type, details: payloads(detail) } };
  return { activityTaskFailedEventAttributes: { scheduledEventId, failure } };
}
